/**
 * Records a session's terminals as asciicast v2, cuts it into parts, seals each before it leaves memory, and sees that they get to the control plane in order.
 * Output waits for nothing here: what can't be kept makes the recording fail, and the session's policy says what that means.
 */
import { randomBytes } from 'node:crypto';
import type { PutPart } from '../../../schema/api/recordings.ts';
import { type CastCode, castEvent, castHeader } from '../../../schema/asciicast.ts';
import { MAX_PART, type RecordingOrder, RecordingSeal, wrapDataKey } from '../../../schema/recording.ts';
import { Refusal } from '../../../schema/refusal.ts';
import type { PtySize } from '../../../schema/wire/terminal.ts';
import type { TerminalTap } from '../../adapters/adapter.ts';
import { PartSpool } from './part-spool.ts';

/** A part goes when it has so many bytes, or is so many milliseconds old. */
const PART_BYTES = 64 * 1024;
const PART_MS = 5_000;
/** Characters of one event: each is six bytes of JSON at most, and an event fits a part. */
const EVENT_CHARACTERS = 4_096;
const BACKOFF_MS = { first: 200, most: 15_000 } as const;
const FALLBACK_SIZE = { cols: 80, rows: 24 };

export type SendPart = (recording: string, part: PutPart) => Promise<void>;

export interface RecorderOptions {
  readonly order: RecordingOrder;
  readonly title: string;
  /** What is typed as well. */
  readonly withInput: boolean;
  readonly now: () => number;
  /** @throws Refusal */
  readonly send: SendPart;
  /** It can not go on. Called once. */
  readonly failed: (why: string) => void;
}

interface Written {
  readonly index: number;
  readonly isLast: boolean;
}

export class Recorder implements TerminalTap {
  readonly #options: RecorderOptions;
  readonly #seal: RecordingSeal;
  readonly #spool: PartSpool;
  readonly #decoders = { o: new TextDecoder(), i: new TextDecoder() };
  readonly #waiting: Written[] = [];
  readonly #gone = Promise.withResolvers<void>();
  #startedAt: number | undefined;
  #text = '';
  #next = 1;
  #flush: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #sending = false;
  #over = false;
  #failed = false;

  /** The first part is with the control plane before anything is recorded. @throws Refusal `recording_unavailable` */
  static async begin(options: RecorderOptions): Promise<Recorder> {
    const { order, send } = options;
    const dataKey = randomBytes(32);
    try {
      const seal = await RecordingSeal.of(order.recording, dataKey);
      const wrappedKey = await wrapDataKey(order, dataKey);
      const sealed = Buffer.from(await seal.seal(0, false, new Uint8Array())).toString('base64');
      await send(order.recording, { index: 0, isLast: false, sealed, wrappedKey });
      return new Recorder(options, seal, await PartSpool.make());
    } catch (cause) {
      throw new Refusal('recording_unavailable', undefined, { cause });
    } finally {
      dataKey.fill(0);
    }
  }

  constructor(options: RecorderOptions, seal: RecordingSeal, spool: PartSpool) {
    this.#options = options;
    this.#seal = seal;
    this.#spool = spool;
  }

  get isRecording(): boolean {
    return !this.#over;
  }

  size(size: PtySize): void {
    if (this.#startedAt === undefined) this.#begin(size);
    else this.#event('r', `${size.cols}x${size.rows}`);
  }

  output(bytes: Uint8Array): void {
    this.#bytes('o', bytes);
  }

  input(bytes: Uint8Array): void {
    if (this.#options.withInput) this.#bytes('i', bytes);
  }

  /** Writes its end. Resolves when the control plane has all of it, or it is given up. */
  async close(patienceMs: number): Promise<void> {
    if (!this.#over) {
      this.#over = true;
      this.#cut(true);
    }
    const late = setTimeout(() => this.#gone.resolve(), patienceMs);
    await this.#gone.promise;
    clearTimeout(late);
    await this.#spool.close();
  }

  #begin(size: PtySize): void {
    this.#startedAt = this.#options.now();
    const { title } = this.#options;
    this.#add(castHeader({ width: size.cols, height: size.rows, startedAt: this.#startedAt, title }));
  }

  #bytes(code: 'o' | 'i', bytes: Uint8Array): void {
    const text = this.#decoders[code].decode(bytes, { stream: true });
    for (let at = 0; at < text.length; at += EVENT_CHARACTERS)
      this.#event(code, text.slice(at, at + EVENT_CHARACTERS));
  }

  #event(code: CastCode, data: string): void {
    if (this.#over) return;
    if (this.#startedAt === undefined) this.#begin(FALLBACK_SIZE);
    const seconds = (this.#options.now() - (this.#startedAt ?? 0)) / 1000;
    this.#add(castEvent(seconds, code, data));
  }

  #add(line: string): void {
    if (this.#over) return;
    if (Buffer.byteLength(this.#text) + Buffer.byteLength(line) > MAX_PART) this.#cut(false);
    this.#text += line;
    if (this.#text.length >= PART_BYTES) return this.#cut(false);
    this.#flush ??= setTimeout(() => this.#cut(false), PART_MS);
    this.#flush.unref();
  }

  #cut(isLast: boolean): void {
    clearTimeout(this.#flush);
    this.#flush = undefined;
    if (this.#failed) return;
    const plain = Buffer.from(this.#text);
    this.#text = '';
    const index = this.#next;
    this.#next += 1;
    this.#writing = this.#writing.then(() => this.#write({ index, isLast }, plain));
  }

  async #write(part: Written, plain: Buffer): Promise<void> {
    if (this.#failed) return;
    try {
      await this.#spool.put(part.index, await this.#seal.seal(part.index, part.isLast, plain));
    } catch (error) {
      return this.#fail(error instanceof Refusal ? error.message : 'what is recorded could not be kept');
    }
    this.#waiting.push(part);
    if (!this.#sending) void this.#send();
  }

  async #send(): Promise<void> {
    const { order, send } = this.#options;
    this.#sending = true;
    let backoff: number = BACKOFF_MS.first;
    for (let part = this.#waiting[0]; part && !this.#failed; part = this.#waiting[0]) {
      try {
        const sealed = (await this.#spool.get(part.index)).toString('base64');
        await send(order.recording, { ...part, sealed });
        this.#waiting.shift();
        await this.#spool.drop(part.index);
        backoff = BACKOFF_MS.first;
        if (part.isLast) this.#gone.resolve();
      } catch (error) {
        const isFinal = error instanceof Refusal && error.status < 500 && error.code !== 'rate_limited';
        if (isFinal) return this.#fail(error.message);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * backoff).unref());
        backoff = Math.min(backoff * 2, BACKOFF_MS.most);
      }
    }
    this.#sending = false;
  }

  #fail(why: string): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#over = true;
    clearTimeout(this.#flush);
    this.#gone.resolve();
    this.#options.failed(why);
  }
}
