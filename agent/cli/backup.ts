/** `fabric backup`: hands over to the control plane's own program, which needs its database and not this command line's sign-in. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';

const PROGRAM = fileURLToPath(new URL('../../edge/backup/main.ts', import.meta.url));

/** So that help knows of it; the words after it are the other program's to read. */
export function describeBackup(program: Command): void {
  program
    .command('backup')
    .description("create, verify or restore a backup of the control plane's database (fabric backup --help)");
}

/** @returns the exit status */
export async function runBackup(words: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [PROGRAM, ...words], { stdio: 'inherit' });
  const [status] = await once(child, 'exit');
  return typeof status === 'number' ? status : 1;
}
