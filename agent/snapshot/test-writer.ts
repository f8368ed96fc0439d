/** For tests, a process to be killed: writes one text after another to a file, without end. */
import { json } from 'node:stream/consumers';
import { writeAtomically } from '../atomic-file.ts';

const [path = ''] = process.argv.slice(2);
const texts = (await json(process.stdin)) as string[];
for (let n = 0; ; n += 1) {
  await writeAtomically(path, texts[n % texts.length] ?? '');
  if (n === 0) process.stdout.write('writing\n');
}
