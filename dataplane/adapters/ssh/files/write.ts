/**
 * Writing a file of the target: into a part file beside it, checked by hash, given its permissions and time, and put in its place in one step. A part
 * file that an interrupted transfer left is gone on with where both ends find the same hash.
 */
import { createHash, type Hash, timingSafeEqual } from 'node:crypto';
import { ProtocolViolation, Refusal } from '../../../../schema/refusal.ts';
import type { FileRequest } from '../../../../schema/wire/file-transfer.ts';
import { Underway } from './pipeline.ts';
import { hashOf, type Say } from './read.ts';
import type { Sftp } from './sftp.ts';

type Write = Extract<FileRequest, { type: 'write' }>;
export type Next = () => Promise<FileRequest>;

interface Kept {
  /** The part file, or the file itself, that is whole. */
  readonly path: string;
  readonly size: number;
  readonly hash: Hash;
}

/** What is written next to `path` until it is whole. */
export function partPath(path: string): string {
  const slash = path.lastIndexOf('/') + 1;
  const name = path.slice(slash);
  const short = Buffer.byteLength(name) <= 200 ? name : createHash('sha256').update(name).digest('hex');
  return `${path.slice(0, slash)}.${short}.fabric-part`;
}

/** @throws Refusal; the client's `finished` may then still be to come (`ended` says whether it came) */
export async function writeFile(
  sftp: Sftp,
  write: Write,
  next: Next,
  say: Say,
  ended: () => void,
): Promise<void> {
  const part = partPath(write.path);
  await check(sftp, write, part);
  const kept = write.resume ? await keptOf(sftp, write, part) : undefined;
  const have = kept && { size: kept.size, sha256: Uint8Array.from(kept.hash.copy().digest()) };
  await say({ type: 'writing', ...(have ? { have } : {}) });
  const from = await next();
  if (from.type !== 'from' || (from.offset !== 0 && from.offset !== kept?.size))
    throw new ProtocolViolation('an offset nobody offered');
  const goesOn = from.offset === kept?.size ? kept : undefined;
  if (goesOn?.path === write.path) return confirm(goesOn, next, say, ended);
  const handle = await sftp.openToWrite(part, !goesOn);
  try {
    const hash = goesOn?.hash ?? createHash('sha256');
    await receive(sftp, handle, write, from.offset, hash, next, ended);
    await sftp.settle(handle, write.mode, write.mtime);
  } finally {
    await sftp.closeFile(handle).catch(() => {});
  }
  await sftp.rename(part, write.path);
  await say({ type: 'done' });
}

/** Where a link, a directory or a device stands, nothing is written; nor what would not fit. */
async function check(sftp: Sftp, { path, size }: Write, part: string): Promise<void> {
  for (const one of [path, part]) {
    const found = await sftp.stat(one, false);
    if (found?.kind === 'link')
      throw new Refusal('conflict', 'a symbolic link is in the way: name the file that it leads to');
    if (found && found.kind !== 'file')
      throw new Refusal('conflict', 'something that is not a file is in the way');
  }
  const directory = path.slice(0, path.lastIndexOf('/') + 1) || '.';
  const free = await sftp.free(directory);
  if (free !== undefined && size > free)
    throw new Refusal('quota_exceeded', 'the target has no room for this file');
}

async function keptOf(sftp: Sftp, { path, size }: Write, part: string): Promise<Kept | undefined> {
  for (const one of [part, path]) {
    const found = await sftp.stat(one, false);
    if (!found || found.size > size || (one === path && found.size !== size)) continue;
    const handle = await sftp.openToRead(one);
    try {
      return { path: one, size: found.size, hash: await hashOf(sftp, handle, found.size) };
    } finally {
      await sftp.closeFile(handle).catch(() => {});
    }
  }
  return undefined;
}

/** It is whole already: nothing is written. */
async function confirm({ hash }: Kept, next: Next, say: Say, ended: () => void): Promise<void> {
  const message = await next();
  if (message.type !== 'finished') throw new ProtocolViolation('more than the whole file');
  ended();
  if (!timingSafeEqual(hash.digest(), message.sha256))
    throw new Refusal('conflict', 'the file is another one');
  await say({ type: 'done' });
}

async function receive(
  sftp: Sftp,
  handle: Buffer,
  { size }: Write,
  offset: number,
  hash: Hash,
  next: Next,
  ended: () => void,
): Promise<void> {
  const underway = new Underway();
  let at = offset;
  try {
    for (let message = await next(); ; message = await next()) {
      if (message.type === 'finished') {
        ended();
        if (at !== size) throw new Refusal('conflict', 'the file changed its size while it was sent');
        if (!timingSafeEqual(hash.digest(), message.sha256))
          throw new Refusal('conflict', 'what arrived is not what was sent');
        return await underway.settled();
      }
      if (message.type !== 'data' || at + message.bytes.length > size)
        throw new ProtocolViolation('more of a file than was said');
      hash.update(message.bytes);
      // A copy: what is read next takes its place.
      await underway.add(sftp.write(handle, Uint8Array.from(message.bytes), at));
      at += message.bytes.length;
    }
  } finally {
    await underway.settled().catch(() => {});
  }
}
