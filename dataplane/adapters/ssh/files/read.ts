/** Reading a file of the target: what the client has already is compared by hash, the rest goes out in order, and in the end the hash of all. */
import { createHash, type Hash, timingSafeEqual } from 'node:crypto';
import { Refusal } from '../../../../schema/refusal.ts';
import { FILE_CHUNK, type Have } from '../../../../schema/wire/file-transfer.ts';
import { ahead } from './pipeline.ts';
import type { Sftp } from './sftp.ts';

export type Say = (message: object) => Promise<void>;

/** @throws Refusal */
export async function readFile(sftp: Sftp, path: string, have: Have | undefined, say: Say): Promise<void> {
  const found = await sftp.stat(path, true);
  if (!found) throw new Refusal('not_found', 'there is no such file');
  // Opening a pipe or a device may wait for ever.
  if (found.kind !== 'file') throw new Refusal('bad_request', 'this is not a file');
  const handle = await sftp.openToRead(path);
  try {
    const { size, mode, mtime } = await sftp.statOpen(handle);
    const known = have && have.size <= size ? await hashOf(sftp, handle, have.size) : undefined;
    const isSame = have && known && timingSafeEqual(known.copy().digest(), have.sha256);
    const [hash, offset] = isSame ? [known, have.size] : [createHash('sha256'), 0];
    await say({ type: 'reading', size, mode, mtime, offset });
    for await (const bytes of pieces(sftp, handle, offset, size)) {
      hash.update(bytes);
      await say({ type: 'data', bytes });
    }
    await say({ type: 'finished', sha256: Uint8Array.from(hash.digest()) });
  } finally {
    await sftp.closeFile(handle).catch(() => {});
  }
}

/** Of the first bytes of an open file. @throws Refusal */
export async function hashOf(sftp: Sftp, handle: Buffer, length: number): Promise<Hash> {
  const hash = createHash('sha256');
  for await (const bytes of pieces(sftp, handle, 0, length)) hash.update(bytes);
  return hash;
}

/** @throws Refusal `conflict` when it ends too early: somebody cuts it off while we read */
async function* pieces(sftp: Sftp, handle: Buffer, from: number, to: number): AsyncGenerator<Uint8Array> {
  function* reads() {
    for (let at = from; at < to; at += FILE_CHUNK) {
      const [position, length] = [at, Math.min(FILE_CHUNK, to - at)];
      yield async () => {
        const bytes = await sftp.read(handle, position, length);
        if (bytes.length < length) throw new Refusal('conflict', 'the file became shorter while it was read');
        return bytes;
      };
    }
  }
  yield* ahead(reads());
}
