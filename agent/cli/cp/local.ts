/**
 * Files on this machine as a transfer needs them. A download is written beside its place and put there in one step; links are neither followed out of
 * where we write nor copied.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, rename, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FileHash, FileSink, FileSource } from '../../../dataplane/client/files.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { FILE_CHUNK, type FileStat } from '../../../schema/wire/file-transfer.ts';

const PERMISSIONS = 0o777;

export function nodeHash(): FileHash {
  const hash = createHash('sha256');
  return {
    update: (bytes) => void hash.update(bytes),
    sum: () => Uint8Array.from(hash.copy().digest()),
  };
}

/** What is written until it is whole. */
export function partFile(path: string): string {
  const name = basename(path);
  const short = Buffer.byteLength(name) <= 200 ? name : createHash('sha256').update(name).digest('hex');
  return join(dirname(path), `.${short}.fabric-part`);
}

export class LocalSink implements FileSink {
  readonly have: { readonly size: number; readonly hash: FileHash } | undefined;
  readonly #path: string;
  readonly #kept: string | undefined;
  #handle: FileHandle | undefined;
  #position = 0;

  /** @param resume look for what an interrupted transfer left, or finished */
  static async at(path: string, resume: boolean): Promise<LocalSink> {
    const found = await lstat(path).catch(() => undefined);
    if (found?.isSymbolicLink()) throw new Refusal('conflict', `${path} is a symbolic link`);
    if (found && !found.isFile()) throw new Refusal('conflict', `${path} is not a file`);
    for (const one of resume ? [partFile(path), path] : []) {
      const have = await hashFile(one);
      if (have) return new LocalSink(path, one, have);
    }
    return new LocalSink(path, undefined, undefined);
  }

  constructor(path: string, kept: string | undefined, have: LocalSink['have']) {
    this.#path = path;
    this.#kept = kept;
    this.have = have;
  }

  async begin(file: FileStat, offset: number): Promise<void> {
    this.#position = offset;
    const isPart = this.#kept === partFile(this.#path);
    // Whole already, in its place: only permissions and time are set.
    if (!isPart && offset > 0 && offset === file.size) return;
    this.#handle = await openPart(this.#path, offset === 0 || !isPart);
    if (offset > 0 && !isPart) await this.#copyKept(this.#handle, offset);
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#handle?.write(bytes, 0, bytes.length, this.#position);
    this.#position += bytes.length;
  }

  async finish({ mode, mtime }: FileStat): Promise<void> {
    const handle = this.#handle ?? (await open(this.#path, constants.O_RDONLY | constants.O_NOFOLLOW));
    try {
      await handle.chmod(mode);
      await handle.utimes(mtime, mtime);
      await handle.sync();
    } finally {
      await this.close();
      if (handle !== this.#handle) await handle.close().catch(() => {});
    }
    if (this.#handle) await rename(partFile(this.#path), this.#path);
  }

  async close(): Promise<void> {
    await this.#handle?.close().catch(() => {});
  }

  /** The file in its place has the beginning of the new one: it stays whole until that is. */
  async #copyKept(to: FileHandle, length: number): Promise<void> {
    const from = await openToRead(this.#path);
    try {
      for (let at = 0; at < length; ) {
        const { bytesRead, buffer } = await from.read({
          length: Math.min(FILE_CHUNK, length - at),
          position: at,
        });
        if (bytesRead === 0) throw new Refusal('conflict', `${this.#path} became shorter`);
        await to.write(buffer, 0, bytesRead, at);
        at += bytesRead;
      }
    } finally {
      await from.close();
    }
  }
}

function openPart(path: string, isNew: boolean): Promise<FileHandle> {
  const { O_RDWR, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  return open(partFile(path), O_RDWR | O_CREAT | O_NOFOLLOW | (isNew ? O_TRUNC : 0), 0o600);
}

function openToRead(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
}

/** @returns undefined unless it is a file with something in it */
async function hashFile(path: string): Promise<LocalSink['have']> {
  const handle = await openToRead(path).catch(() => undefined);
  if (!handle) return undefined;
  try {
    const { size } = await handle.stat();
    if (!(await handle.stat()).isFile() || size === 0) return undefined;
    const hash = nodeHash();
    let at = 0;
    for await (const chunk of handle.createReadStream({ autoClose: false, start: 0, end: size - 1 })) {
      hash.update(chunk as Buffer);
      at += (chunk as Buffer).length;
    }
    return { size: at, hash };
  } finally {
    await handle.close();
  }
}

export class LocalSource implements FileSource {
  readonly file: Omit<FileStat, 'kind'>;
  readonly #handle: FileHandle;

  /** @throws Refusal */
  static async at(path: string): Promise<LocalSource> {
    // A pipe that nobody writes to must not hold us.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: Error) => {
      throw new Refusal('bad_request', `can not read ${path}: ${error.message}`, { cause: error });
    });
    const found = await handle.stat();
    if (!found.isFile()) {
      await handle.close();
      throw new Refusal('bad_request', `${path} is not a file`);
    }
    const mtime = Math.max(0, Math.floor(found.mtimeMs / 1000));
    return new LocalSource(handle, { size: found.size, mode: found.mode & PERMISSIONS, mtime });
  }

  constructor(handle: FileHandle, file: Omit<FileStat, 'kind'>) {
    this.#handle = handle;
    this.file = file;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const { bytesRead, buffer } = await this.#handle.read(Buffer.allocUnsafe(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

export async function isDirectory(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}

/** A directory of ours to write into; one that is a link leads elsewhere. @throws Refusal `conflict` */
export async function makeDirectory(path: string, mode: number): Promise<void> {
  await mkdir(path, { mode: mode | 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const found = await lstat(path);
  if (!found.isDirectory()) throw new Refusal('conflict', `${path} is in the way, and no directory`);
}

export interface LocalEntry {
  readonly name: string;
  readonly kind: FileStat['kind'];
  readonly mode: number;
}

export async function entriesOf(path: string): Promise<LocalEntry[]> {
  const names = await readdir(path);
  return Promise.all(
    names.sort().map(async (name): Promise<LocalEntry> => {
      const found = await lstat(join(path, name));
      const kind = found.isFile()
        ? 'file'
        : found.isDirectory()
          ? 'directory'
          : found.isSymbolicLink()
            ? 'link'
            : 'other';
      return { name, kind, mode: found.mode & PERMISSIONS };
    }),
  );
}
