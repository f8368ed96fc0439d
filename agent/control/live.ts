/** The agent's end of its live connection (schema/api/node-live.ts): heartbeats in a few bytes, and the news of a newer snapshot without asking. */
import type WebSocket from 'ws';
import { LIVE_CLOSE } from '../../schema/api/node-live.ts';
import { type Heartbeat, HeartbeatAnswer } from '../../schema/api/nodes.ts';
import { Refusal } from '../../schema/refusal.ts';

const ANSWER_MS = 10_000;

export class Live {
  readonly closed: Promise<void>;
  readonly #socket: WebSocket;
  readonly #news: () => void;
  #said: string | undefined;
  #answer: HeartbeatAnswer | undefined;
  #waiting: PromiseWithResolvers<HeartbeatAnswer> | undefined;

  /** @param news is told when an answer came, asked for or not. @throws Refusal `bad_request` when none is held open there, `unavailable` */
  static async open(socket: WebSocket, news: () => void): Promise<Live> {
    const opened = Promise.withResolvers<void>();
    socket.once('open', opened.resolve);
    socket.once('unexpected-response', (_, { statusCode }) => {
      const isNo = statusCode === 400 || statusCode === 404 || statusCode === 426;
      opened.reject(new Refusal(isNo ? 'bad_request' : 'unavailable', `a live connection: ${statusCode}`));
      socket.terminate();
    });
    socket.on('error', (cause) => {
      const refusal = cause instanceof Refusal ? cause : new Refusal('unavailable', cause.message, { cause });
      opened.reject(refusal);
    });
    await opened.promise;
    return new Live(socket, news);
  }

  constructor(socket: WebSocket, news: () => void) {
    this.#socket = socket;
    this.#news = news;
    const over = Promise.withResolvers<void>();
    this.closed = over.promise;
    socket.on('message', (data, isBinary) => this.#heard(isBinary ? undefined : String(data)));
    socket.once('close', () => {
      this.#waiting?.reject(new Refusal('unavailable', 'the live connection ended'));
      over.resolve();
    });
  }

  /** Of the newest snapshot, as the control plane last said. */
  get snapshotVersion(): number {
    return this.#answer?.snapshotVersion ?? 0;
  }

  /** One at a time. @throws Refusal `unavailable`: it is over */
  async beat(beat: Heartbeat): Promise<HeartbeatAnswer> {
    if (this.#waiting || this.#socket.readyState !== this.#socket.OPEN)
      throw new Refusal('unavailable', 'the live connection ended');
    const waiting = Promise.withResolvers<HeartbeatAnswer>();
    this.#waiting = waiting;
    const text = JSON.stringify(beat);
    this.#socket.send(text === this.#said ? '' : text);
    this.#said = text;
    const late = setTimeout(() => this.#socket.terminate(), ANSWER_MS);
    try {
      return await waiting.promise;
    } finally {
      clearTimeout(late);
      this.#waiting = undefined;
    }
  }

  close(): void {
    this.#socket.close(LIVE_CLOSE.done);
    // Who does not say goodbye in return is not waited for.
    setTimeout(() => this.#socket.terminate(), 500).unref();
  }

  #heard(text: string | undefined): void {
    const answer = text === '' ? this.#answer : parsed(text);
    if (!answer) return this.#socket.close(LIVE_CLOSE.protocol);
    this.#answer = answer;
    this.#waiting?.resolve(answer);
    this.#news();
  }
}

function parsed(text: string | undefined): HeartbeatAnswer | undefined {
  try {
    return HeartbeatAnswer.safeParse(JSON.parse(text ?? '')).data;
  } catch {
    return undefined;
  }
}
