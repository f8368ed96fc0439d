/** A process that ends once its output is out, read by somebody who takes his time. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';

test.each(['', 'process.stdout.end();'])('a slow reader gets all of it: %s', async (ending) => {
  const flushed = new URL('./flushed.ts', import.meta.url).href;
  const program = `
    import { flushed } from '${flushed}';
    process.stdout.on('error', () => process.exit(141));
    process.stdout.write(Buffer.alloc(3_000_000));
    ${ending}
    await flushed(process.stdout);
    process.exit();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
  const exit = once(child, 'exit');
  await sleep(300);
  let length = 0;
  for await (const chunk of child.stdout) length += (chunk as Buffer).length;
  expect([length, (await exit)[0]]).toEqual([3_000_000, 0]);
});
