/** Files that are whole or not there: written beside, flushed, renamed. A crash at any byte leaves the old or the new. */
import { constants } from 'node:fs';
import { open, readFile, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Refusal } from '../schema/refusal.ts';

export async function writeAtomically(
  path: string,
  content: string | Uint8Array,
  mode = 0o600,
): Promise<void> {
  const beside = `${path}.new`;
  const file = await open(beside, constants.O_CREAT | constants.O_WRONLY | constants.O_TRUNC, mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
  const folder = await open(dirname(path), constants.O_RDONLY);
  await folder.sync().finally(() => folder.close());
}

/** @throws Refusal `too_large` when there is more than was ever written: it is not read into memory */
export async function readIfThere(path: string, most = 16_000_000): Promise<string | undefined> {
  try {
    if ((await stat(path)).size > most) throw new Refusal('too_large', `${path} is too large`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
