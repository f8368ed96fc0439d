/** SFTP (version 3, as OpenSSH speaks it) by promise, with what we use of it. Failures become refusals. */
import type { FileEntryWithStats, SFTPWrapper, Client as SshClient, Stats } from 'ssh2';
import { Refusal, type RefusalCode } from '../../../../schema/refusal.ts';
import type { FileKind, FileStat } from '../../../../schema/wire/file-transfer.ts';

/** File types in a mode (POSIX `S_IFMT`). */
const TYPE = 0o170_000;
const KINDS: ReadonlyMap<number, FileKind> = new Map([
  [0o100_000, 'file'],
  [0o040_000, 'directory'],
  [0o120_000, 'link'],
]);
/** Status codes of SFTP (draft-ietf-secsh-filexfer-02 section 7). */
const REASONS: Readonly<Record<number, RefusalCode>> = {
  1: 'conflict',
  2: 'not_found',
  3: 'forbidden',
  8: 'not_on_this_runtime',
};

type Callback<T> = (error: Error | null | undefined, value: T) => void;

export interface SftpEntry {
  readonly name: string;
  readonly stat: FileStat;
}

export class Sftp {
  readonly #sftp: SFTPWrapper;

  /** @throws Refusal `target_refused` */
  static open(ssh: SshClient): Promise<Sftp> {
    return new Promise((resolve, reject) => {
      ssh.sftp((error, sftp) => {
        if (error) reject(new Refusal('target_refused', 'the target has no SFTP', { cause: error }));
        else resolve(new Sftp(sftp));
      });
    });
  }

  constructor(sftp: SFTPWrapper) {
    this.#sftp = sftp;
    // Each call is told by its own callback.
    sftp.on('error', () => {});
  }

  close(): void {
    this.#sftp.end();
  }

  /** Where a link leads, or the link itself. @returns undefined when there is nothing */
  async stat(path: string, follow: boolean): Promise<FileStat | undefined> {
    try {
      const stats = await asked<Stats>((done) =>
        follow ? this.#sftp.stat(path, done) : this.#sftp.lstat(path, done),
      );
      return statOf(stats);
    } catch (error) {
      if (error instanceof Refusal && error.code === 'not_found') return undefined;
      throw error;
    }
  }

  openToRead(path: string): Promise<Buffer> {
    return asked((done) => this.#sftp.open(path, 'r', done));
  }

  /** @param isNew what was there is cut off */
  openToWrite(path: string, isNew: boolean): Promise<Buffer> {
    return asked((done) => this.#sftp.open(path, isNew ? 'w' : 'r+', { mode: 0o600 }, done));
  }

  async statOpen(handle: Buffer): Promise<FileStat> {
    return statOf(await asked((done) => this.#sftp.fstat(handle, done)));
  }

  /** So many bytes from there, or fewer where the file ends. */
  async read(handle: Buffer, position: number, length: number): Promise<Uint8Array> {
    const bytes = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const [at, rest] = [filled, length - filled];
      const got = await asked<number>((done) =>
        this.#sftp.read(handle, bytes, at, rest, position + at, (error, count) => done(error, count)),
      ).catch((error: unknown) => {
        // The end of the file is told as a failure.
        if (error instanceof Refusal && error.code === 'conflict') return 0;
        throw error;
      });
      if (got === 0) break;
      filled += got;
    }
    return bytes.subarray(0, filled);
  }

  write(handle: Buffer, bytes: Uint8Array, position: number): Promise<void> {
    const from = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    return asked((done) =>
      this.#sftp.write(handle, from, 0, from.length, position, (error) => done(error, undefined)),
    );
  }

  /** Permissions and time as they were, the bytes on the disk where the target can do that. */
  async settle(handle: Buffer, mode: number, mtime: number): Promise<void> {
    await asked<void>((done) =>
      this.#sftp.fsetstat(handle, { mode, mtime, atime: mtime }, (error) => done(error, undefined)),
    );
    await optional(
      asked<void>((done) => this.#sftp.ext_openssh_fsync(handle, (error) => done(error, undefined))),
    );
  }

  async closeFile(handle: Buffer): Promise<void> {
    await asked<void>((done) => this.#sftp.close(handle, (error) => done(error, undefined)));
  }

  /** Takes the place of what is there, in one step. */
  async rename(from: string, to: string): Promise<void> {
    const atomic = asked<true>((done) =>
      this.#sftp.ext_openssh_rename(from, to, (error) => done(error, true)),
    );
    if (await optional(atomic)) return;
    await asked<void>((done) => this.#sftp.rename(from, to, (error) => done(error, undefined)));
  }

  async mkdir(path: string, mode: number): Promise<void> {
    await asked<void>((done) => this.#sftp.mkdir(path, { mode }, (error) => done(error, undefined)));
  }

  /** What the target could still take, bytes; undefined where it does not say. */
  async free(path: string): Promise<number | undefined> {
    const space = asked<{ f_bavail: number | bigint; f_frsize: number | bigint }>((done) =>
      this.#sftp.ext_openssh_statvfs(path, done),
    );
    const known = await optional(space);
    return known && Number(known.f_bavail) * Number(known.f_frsize);
  }

  /** A directory's names, some at a time. */
  async *entries(path: string): AsyncGenerator<SftpEntry[]> {
    const handle = await asked<Buffer>((done) => this.#sftp.opendir(path, done));
    try {
      for (;;) {
        const some = await asked<FileEntryWithStats[]>((done) => this.#sftp.readdir(handle, done)).catch(
          (error: unknown) => {
            if (error instanceof Refusal && error.code === 'conflict') return undefined;
            throw error;
          },
        );
        if (!some || some.length === 0) return;
        yield some.map(({ filename, attrs }) => ({ name: filename, stat: statOf(attrs) }));
      }
    } finally {
      await this.closeFile(handle).catch(() => {});
    }
  }
}

function statOf({ mode, size, mtime }: { mode: number; size: number; mtime: number }): FileStat {
  return { kind: KINDS.get(mode & TYPE) ?? 'other', size, mode: mode & 0o777, mtime };
}

function asked<T>(call: (done: Callback<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const done: Callback<T> = (error, value) => {
      if (error) reject(whyNot(error));
      else resolve(value);
    };
    try {
      call(done);
    } catch (cause) {
      // ssh2 throws where the server did not announce an extension.
      reject(new Refusal('not_on_this_runtime', undefined, { cause }));
    }
  });
}

/** What not every server can do. */
function optional<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: unknown) => {
    if (error instanceof Refusal && error.code !== 'not_on_this_runtime') throw error;
    return undefined;
  });
}

function whyNot(error: Error & { code?: number }): Refusal {
  const code = REASONS[error.code ?? -1] ?? 'target_refused';
  return new Refusal(code, `the target says: ${error.message}`.slice(0, 500), { cause: error });
}
