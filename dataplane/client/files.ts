/** Files of a target, as a client uses them: one after the other over one channel, in pieces, checked by hash at both ends. Web-standard APIs only. */
import { ProtocolViolation, Refusal } from '../../schema/refusal.ts';
import {
  FILE_CHUNK,
  FileAnswer,
  type FileEntry,
  type FileStat,
  type Have,
} from '../../schema/wire/file-transfer.ts';
import { MessageStream } from '../channel/message-stream.ts';
import type { ByteStream } from '../transport/transport.ts';

/** SHA-256, piece by piece; Node's is fast, `@noble/hashes` is everywhere. */
export interface FileHash {
  update(bytes: Uint8Array): void;
  /** Of all so far; may go on. */
  sum(): Uint8Array<ArrayBuffer>;
}

/** Where a download goes. */
export interface FileSink {
  /** What is there already, with its hash, to be gone on with. */
  readonly have: { readonly size: number; readonly hash: FileHash } | undefined;
  /** @param offset what comes before is kept; 0: all comes anew */
  begin(file: FileStat, offset: number): Promise<void>;
  write(bytes: Uint8Array): Promise<void>;
  /** All came, and is what was sent. */
  finish(file: FileStat): Promise<void>;
}

/** Where an upload comes from. */
export interface FileSource {
  readonly file: Omit<FileStat, 'kind'>;
  read(offset: number, length: number): Promise<Uint8Array>;
}

export type MakeHash = () => FileHash;
type Answer<T extends FileAnswer['type']> = Extract<FileAnswer, { type: T }>;
const NOTHING = new Uint8Array(32);

export class FileChannel {
  readonly #messages: MessageStream<typeof FileAnswer>;
  readonly #makeHash: MakeHash;
  /** The last refusal of the other end. */
  #said: Refusal | undefined;

  constructor(stream: ByteStream, makeHash: MakeHash) {
    this.#messages = new MessageStream(stream, FileAnswer);
    this.#makeHash = makeHash;
  }

  /** @returns undefined when there is nothing. @throws Refusal */
  async stat(path: string): Promise<FileStat | undefined> {
    await this.#messages.send({ type: 'stat', path });
    try {
      const { kind, size, mode, mtime } = await this.#answer('found');
      return { kind, size, mode, mtime };
    } catch (error) {
      if (error instanceof Refusal && error.code === 'not_found') return undefined;
      throw error;
    }
  }

  /** All that is in a directory. @throws Refusal */
  async list(path: string): Promise<FileEntry[]> {
    await this.#messages.send({ type: 'list', path });
    const all: FileEntry[] = [];
    for (;;) {
      const answer = await this.#either('entries', 'listed');
      if (answer.type === 'listed') return all;
      all.push(...answer.entries);
    }
  }

  /** @param progress told first what is there already, then what comes. @throws Refusal `conflict` when what arrived is not what was sent */
  async download(path: string, sink: FileSink, progress: (bytes: number) => void): Promise<void> {
    const { have } = sink;
    const known: Have | undefined = have && { size: have.size, sha256: have.hash.sum() };
    await this.#messages.send({ type: 'read', path, ...(known ? { have: known } : {}) });
    const { size, mode, mtime, offset } = await this.#answer('reading');
    if (offset !== 0 && offset !== have?.size) throw new ProtocolViolation('an offset nobody asked for');
    const file: FileStat = { kind: 'file', size, mode, mtime };
    const hash = have && offset === have.size ? have.hash : this.#makeHash();
    await sink.begin(file, offset);
    progress(offset);
    for (let at = offset; ; ) {
      const answer = await this.#either('data', 'finished');
      if (answer.type === 'finished') {
        if (at !== size || !isSame(hash.sum(), answer.sha256))
          throw new Refusal('conflict', 'what arrived is not what was sent');
        return sink.finish(file);
      }
      at += answer.bytes.length;
      if (at > size) throw new ProtocolViolation('more of a file than was said');
      hash.update(answer.bytes);
      await sink.write(answer.bytes);
      progress(answer.bytes.length);
    }
  }

  /** @param resume go on with what an interrupted transfer left. @throws Refusal */
  async upload(
    path: string,
    source: FileSource,
    resume: boolean,
    progress: (bytes: number) => void,
  ): Promise<void> {
    const { size, mode, mtime } = source.file;
    let isEnded = false;
    const end = (sha256: Uint8Array) => {
      isEnded = true;
      return this.#messages.send({ type: 'finished', sha256 });
    };
    try {
      await this.#messages.send({ type: 'write', path, size, mode, mtime, resume });
      const { have } = await this.#answer('writing');
      const { hash, offset } = await this.#agree(source, have);
      progress(offset);
      await this.#messages.send({ type: 'from', offset });
      const failed = await this.#send(source, hash, offset, progress);
      await end(failed ? NOTHING : hash.sum());
      await this.#answer('done');
    } catch (error) {
      if (!isEnded) await this.#giveUp(error, end);
      throw error;
    }
  }

  /** @throws Refusal */
  async mkdir(path: string, mode: number): Promise<void> {
    await this.#messages.send({ type: 'mkdir', path, mode });
    await this.#answer('done');
  }

  close(): void {
    this.#messages.end();
  }

  /** The other end waits for the end of a file, and answers it unless it has refused already. */
  async #giveUp(error: unknown, end: (sha256: Uint8Array) => Promise<void>): Promise<void> {
    await end(NOTHING).catch(() => {});
    if (error !== this.#said) await this.#answer('done').catch(() => {});
  }

  /** Where to go on from: what is there counts when our own file begins with the same. */
  async #agree(source: FileSource, have: Have | undefined): Promise<{ hash: FileHash; offset: number }> {
    if (!have || have.size > source.file.size) return { hash: this.#makeHash(), offset: 0 };
    const hash = this.#makeHash();
    for (let at = 0; at < have.size; ) {
      const bytes = await source.read(at, Math.min(FILE_CHUNK, have.size - at));
      if (bytes.length === 0) break;
      hash.update(bytes);
      at += bytes.length;
    }
    if (!isSame(hash.sum(), have.sha256)) return { hash: this.#makeHash(), offset: 0 };
    return { hash, offset: have.size };
  }

  /** @returns whether the other end said meanwhile that it is no use */
  async #send(
    source: FileSource,
    hash: FileHash,
    offset: number,
    progress: (bytes: number) => void,
  ): Promise<boolean> {
    for (let at = offset; at < source.file.size; ) {
      if (this.#messages.hasNews) return true;
      const bytes = await source.read(at, Math.min(FILE_CHUNK, source.file.size - at));
      if (bytes.length === 0) throw new Refusal('conflict', 'the file became shorter while it was read');
      hash.update(bytes);
      await this.#messages.send({ type: 'data', bytes });
      at += bytes.length;
      progress(bytes.length);
    }
    return false;
  }

  async #answer<T extends FileAnswer['type']>(type: T): Promise<Answer<T>> {
    return this.#either(type, type);
  }

  /** @throws Refusal what the other end said instead */
  async #either<A extends FileAnswer['type'], B extends FileAnswer['type']>(
    a: A,
    b: B,
  ): Promise<Answer<A> | Answer<B>> {
    const answer = await this.#messages.next();
    if (!answer) throw new Refusal('unavailable', 'the transfer was ended by the other side');
    if (answer.type === 'failed') {
      this.#said = new Refusal(answer.code, answer.message);
      throw this.#said;
    }
    if (isOne(answer, a) || isOne(answer, b)) return answer;
    throw new ProtocolViolation(`${answer.type} came instead of ${a}`);
  }
}

function isOne<T extends FileAnswer['type']>(answer: FileAnswer, type: T): answer is Answer<T> {
  return answer.type === type;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, at) => octet === b[at]);
}
