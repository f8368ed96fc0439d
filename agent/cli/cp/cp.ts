/** `fabric cp`: files and folders to and from a resource, checked by hash, gone on with after an interruption. */
import { lstat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { FileChannel } from '../../../dataplane/client/files.ts';
import { Refusal } from '../../../schema/refusal.ts';
import type { FileStat } from '../../../schema/wire/file-transfer.ts';
import { type Attaching, attachTo } from '../session.ts';
import { entriesOf, isDirectory, LocalSink, LocalSource, makeDirectory, nodeHash } from './local.ts';
import { baseName, below, type Copy } from './place.ts';
import { Progress } from './progress.ts';

/** Folders within folders: deeper is a mistake, or somebody's trap. */
const MAX_DEPTH = 64;

export interface CopyOptions {
  readonly recursive: boolean;
  readonly resume: boolean;
  /** Says how far it is, where somebody looks. */
  readonly show: ((text: string) => void) | undefined;
  readonly warn: (text: string) => void;
}

export interface Copied {
  files: number;
  bytes: number;
  /** Bytes that were there already, from an interrupted transfer. */
  kept: number;
  /** Links and special files, which are not copied. */
  skipped: string[];
  seconds: number;
}

/** @throws Refusal */
export async function runCopy(attaching: Attaching, copy: Copy, options: CopyOptions): Promise<Copied> {
  if (copy.up) await mustExist(copy.local);
  const attachment = await attachTo(attaching);
  try {
    const files = await attachment.openFiles(nodeHash);
    const copying = new Copying(files, options);
    await (copy.up ? copying.up(copy.local, copy.remote) : copying.down(copy.remote, copy.local));
    files.close();
    return copying.result;
  } finally {
    await attachment.detach();
  }
}

async function mustExist(path: string): Promise<void> {
  await lstat(path).catch((cause: unknown) => {
    throw new Refusal('bad_request', `there is no ${path} here`, { cause });
  });
}

class Copying {
  readonly #files: FileChannel;
  readonly #options: CopyOptions;
  readonly #progress: Progress;
  readonly #copied: Omit<Copied, 'seconds'> = { files: 0, bytes: 0, kept: 0, skipped: [] };

  constructor(files: FileChannel, options: CopyOptions) {
    this.#files = files;
    this.#options = options;
    this.#progress = new Progress(options.show, () => performance.now());
  }

  get result(): Copied {
    this.#progress.end();
    return { ...this.#copied, seconds: this.#progress.seconds };
  }

  async up(local: string, remote: string): Promise<void> {
    const found = await this.#files.stat(remote);
    const name = basename(resolve(local));
    const into = found?.kind === 'directory' ? below(remote, name) : remote;
    if (!found && remote.endsWith('/')) throw new Refusal('not_found', `there is no folder ${remote} there`);
    if (!(await isDirectory(local))) return this.#upFile(local, into);
    this.#mustBeRecursive(local);
    await this.#upFolder(local, into, (await lstat(resolve(local))).mode & 0o777, 0);
  }

  async down(remote: string, local: string): Promise<void> {
    const found = await this.#files.stat(remote);
    if (!found) throw new Refusal('not_found', `there is no ${remote} there`);
    const isInto = await isDirectory(local);
    if (!isInto && local.endsWith('/')) throw new Refusal('not_found', `there is no folder ${local} here`);
    const name = baseName(remote);
    const to = isInto && name !== undefined ? join(local, name) : local;
    if (found.kind !== 'directory') return this.#downFile(remote, to, found);
    this.#mustBeRecursive(remote);
    await this.#downFolder(remote, to, found.mode, 0);
  }

  #mustBeRecursive(path: string): void {
    if (!this.#options.recursive) throw new Refusal('bad_request', `${path} is a folder: copy it with -r`);
  }

  async #upFolder(local: string, remote: string, mode: number, depth: number): Promise<void> {
    checkDepth(depth, local);
    // Ours to write into until it is full; a folder nobody may write to comes out as one that its owner may.
    await this.#files.mkdir(remote, mode | 0o700);
    for (const { name, kind, mode: itsMode } of await entriesOf(local)) {
      const [from, to] = [join(local, name), below(remote, name)];
      if (kind === 'directory') await this.#upFolder(from, to, itsMode, depth + 1);
      else if (kind === 'file') await this.#upFile(from, to);
      else this.#skip(from);
    }
  }

  async #downFolder(remote: string, local: string, mode: number, depth: number): Promise<void> {
    checkDepth(depth, remote);
    await makeDirectory(local, mode);
    for (const { name, ...found } of await this.#files.list(remote)) {
      const [from, to] = [below(remote, name), join(local, name)];
      if (found.kind === 'directory') await this.#downFolder(from, to, found.mode, depth + 1);
      else if (found.kind === 'file') await this.#downFile(from, to, found);
      else this.#skip(from);
    }
  }

  async #upFile(local: string, remote: string): Promise<void> {
    const source = await LocalSource.at(local);
    try {
      this.#progress.begin(local, source.file.size);
      await this.#files.upload(remote, source, this.#options.resume, this.#counter());
      this.#copied.files += 1;
    } finally {
      await source.close();
    }
  }

  async #downFile(remote: string, local: string, { size }: FileStat): Promise<void> {
    const sink = await LocalSink.at(local, this.#options.resume);
    try {
      this.#progress.begin(remote, size);
      await this.#files.download(remote, sink, this.#counter());
      this.#copied.files += 1;
    } finally {
      await sink.close();
    }
  }

  /** The first number that a transfer tells is what was there already. */
  #counter(): (bytes: number) => void {
    let isNew = false;
    return (bytes) => {
      if (bytes > 0) this.#progress.add(bytes, isNew);
      this.#copied[isNew ? 'bytes' : 'kept'] += bytes;
      isNew = true;
    };
  }

  #skip(path: string): void {
    this.#copied.skipped.push(path);
    this.#options.warn(`${JSON.stringify(path)} is a link or a special file, and not copied`);
  }
}

function checkDepth(depth: number, path: string): void {
  if (depth > MAX_DEPTH) throw new Refusal('too_large', `${path} is deeper than ${MAX_DEPTH} folders`);
}
