/** The agent's end of its live connection (schema/api/node-live.ts): heartbeats in a few bytes, and without asking the news that there is a newer snapshot. */
import type WebSocket from 'ws';
import { z } from 'zod';
import { isNews, LIVE_CLOSE, LiveNews } from '../../schema/api/node-live.ts';
import { type Heartbeat, HeartbeatAnswer } from '../../schema/api/nodes.ts';
import { Refusal } from '../../schema/refusal.ts';

const ANSWER_MS = 10_000;

export class Live {
  /** With whether it was a refusal: asked by request the control plane says why. */
  readonly closed: Promise<{ refused: boolean }>;
  readonly #socket: WebSocket;
  readonly #news: () => void;
  #said: string | undefined;
  #answer: HeartbeatAnswer | undefined;
  #newest: LiveNews | undefined;
  #waiting: PromiseWithResolvers<HeartbeatAnswer> | undefined;

  /** @param news is told when something was heard, asked for or not. @throws Refusal `bad_request` when none is held open there, `unavailable` */
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
    const over = Promise.withResolvers<{ refused: boolean }>();
    this.closed = over.promise;
    socket.on('message', (data, isBinary) => this.#heard(isBinary ? undefined : String(data)));
    socket.once('close', (code) => {
      this.#waiting?.reject(new Refusal('unavailable', 'the live connection ended'));
      over.resolve({ refused: code === LIVE_CLOSE.refused });
    });
  }

  /** Is there something newer than this, as the control plane last said? */
  hasNews(than: LiveNews): boolean {
    return this.#newest !== undefined && isNews(than, this.#newest);
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
    const said = text === '' ? this.#answer : parsed(text);
    if (!said) return this.#socket.close(LIVE_CLOSE.protocol);
    if (isAnswer(said)) {
      this.#answer = said;
      this.#waiting?.resolve(said);
    }
    this.#newest = { snapshotVersion: said.snapshotVersion, epoch: said.epoch };
    this.#news();
  }
}

const isAnswer = (said: HeartbeatAnswer | LiveNews): said is HeartbeatAnswer => 'end' in said;

function parsed(text: string | undefined): HeartbeatAnswer | LiveNews | undefined {
  try {
    return Said.safeParse(JSON.parse(text ?? '')).data;
  } catch {
    return undefined;
  }
}
const Said = z.union([HeartbeatAnswer, LiveNews]);
