/** Asking a person at a terminal. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Refusal } from '../../schema/refusal.ts';

export async function ask(question: string, hidden = false): Promise<string> {
  if (!process.stdin.isTTY)
    throw new Refusal(
      'bad_request',
      'this is no terminal: give --email, --password-stdin and --secret-key-stdin',
    );
  let muted = false;
  const output = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (!muted) process.stderr.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  try {
    const answer = lines.question(question);
    muted = hidden;
    return await answer;
  } finally {
    lines.close();
    if (hidden) process.stderr.write('\n');
  }
}

/** @throws Refusal `bad_request` where nobody can be asked, or who was asked did not mean it */
export async function confirm(what: string, { json }: { readonly json: boolean }): Promise<void> {
  if (json || !process.stdin.isTTY)
    throw new Refusal('bad_request', `${what} That can't be undone: say --yes if it is meant.`);
  const answer = await ask(`${what} That can't be undone. Type yes to go on: `);
  if (answer.trim().toLowerCase() !== 'yes') throw new Refusal('bad_request', 'nothing was done');
}

/** All of standard input, without its last line end. */
export async function readStdin(): Promise<string> {
  return (await text(process.stdin)).replace(/\r?\n$/, '');
}
