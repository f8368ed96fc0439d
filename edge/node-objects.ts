/** Objects as files in a folder. Each is whole or not there: written beside, then renamed. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkName, type ObjectStore } from './storage/object-store.ts';

export function folderObjects(folder: string): ObjectStore {
  const path = (name: string) => join(folder, checkName(name));
  return {
    put: async (name, bytes) => {
      const at = path(name);
      await mkdir(dirname(at), { recursive: true, mode: 0o700 });
      const beside = `${at}.${crypto.randomUUID()}`;
      await writeFile(beside, bytes, { mode: 0o600, flush: true });
      await rename(beside, at);
    },
    get: async (name) => {
      try {
        return Uint8Array.from(await readFile(path(name)));
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        throw error;
      }
    },
    remove: (name) => rm(path(name), { force: true }),
  };
}
