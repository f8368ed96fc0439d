/** What both halves of the build use. */
import { execFileSync } from 'node:child_process';

const JOBS = 2;

export const say = (text) => process.stderr.write(`quic addon: ${text}\n`);

export function fail(text) {
  say(text);
  process.exit(1);
}

/** What pkg-config prints, or undefined when it does not know the library. */
export function pkgConfig(...args) {
  try {
    return execFileSync('pkg-config', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

export async function inParallel(items, work) {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: JOBS }, worker));
}
