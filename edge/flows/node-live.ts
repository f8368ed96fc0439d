/** One node's live connection (schema/api/node-live.ts): its heartbeats, answered in words only where the answer is another, and the news that there is a newer snapshot. */

import { isNews, LIVE_CLOSE, type LiveNews } from '../../schema/api/node-live.ts';
import { Heartbeat, type HeartbeatAnswer } from '../../schema/api/nodes.ts';
import { Refusal } from '../../schema/refusal.ts';

/** A node beats every 12 seconds; one that missed three is gone. */
const SILENT_MS = 40_000;
/** Between two questions for news at least, should there be none at once, or no database. */
const AGAIN_MS = 500;
/** A node proves itself anew after about so long: not all in the same minute. */
const LIFE_MS = 3_600_000;

export interface LiveSocket {
  send(text: string): void;
  close(code: number, reason: string): void;
}

export interface NodeLiveOptions {
  readonly socket: LiveSocket;
  /** One heartbeat, with all that a request for it is checked for. @throws Refusal */
  readonly beat: (beat: Heartbeat) => Promise<HeartbeatAnswer>;
  /** Resolves when there may be something newer, or after a while, with what is newest then. */
  readonly news: (than: LiveNews, signal: AbortSignal) => Promise<LiveNews>;
  readonly random?: () => number;
}

export class NodeLive {
  readonly #options: NodeLiveOptions;
  readonly #over: NodeJS.Timeout;
  #silent: NodeJS.Timeout | undefined;
  #last: Heartbeat | undefined;
  #answered: HeartbeatAnswer | undefined;
  /** What the node was told of, by an answer or by news: of nothing yet, so that it hears at once what is newest. */
  #told: LiveNews = { snapshotVersion: 0, epoch: 0 };
  #working = false;
  readonly #closing = new AbortController();

  constructor(options: NodeLiveOptions) {
    this.#options = options;
    const life = LIFE_MS * (0.75 + (options.random ?? Math.random)() / 2);
    this.#over = setTimeout(() => this.close(LIVE_CLOSE.again, 'prove yourself anew'), life);
    this.#listen();
    void this.#tellNews();
  }

  /** A message came. Never rejects. */
  async heard(text: string): Promise<void> {
    if (this.#isOver) return;
    const beat = text === '' ? this.#last : parsed(text);
    if (this.#working || !beat) return this.close(LIVE_CLOSE.protocol, 'a heartbeat, one at a time');
    this.#working = true;
    this.#listen();
    try {
      const answer = await this.#options.beat(beat);
      this.#last = beat;
      this.#answer(answer);
    } catch (error) {
      // Asked again by request the node is told why, and by whom it may be.
      const code = error instanceof Refusal ? error.code : 'internal';
      this.close(LIVE_CLOSE.refused, code);
    } finally {
      this.#working = false;
    }
  }

  close(code: number, reason: string): void {
    if (this.#isOver) return;
    this.gone();
    this.#options.socket.close(code, reason);
  }

  /** The other side went. */
  gone(): void {
    this.#closing.abort();
    clearTimeout(this.#over);
    clearTimeout(this.#silent);
  }

  get #isOver(): boolean {
    return this.#closing.signal.aborted;
  }

  #listen(): void {
    clearTimeout(this.#silent);
    this.#silent = setTimeout(() => this.close(LIVE_CLOSE.again, 'nothing was heard'), SILENT_MS);
  }

  #answer(answer: HeartbeatAnswer): void {
    if (this.#isOver) return;
    const isSame = JSON.stringify(answer) === JSON.stringify(this.#answered);
    this.#answered = answer;
    const { snapshotVersion, epoch } = answer;
    this.#told = { snapshotVersion, epoch };
    this.#options.socket.send(isSame ? '' : JSON.stringify(answer));
  }

  async #tellNews(): Promise<void> {
    while (!this.#isOver) {
      const told = this.#told;
      // A database that is away says nothing; the next heartbeat tells.
      const newest = await this.#options.news(told, this.#closing.signal).catch(() => told);
      if (this.#isOver) return;
      // While a heartbeat is being answered its answer says it all.
      if (!this.#working && isNews(this.#told, newest)) {
        this.#told = newest;
        this.#options.socket.send(JSON.stringify(newest));
      } else await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

function parsed(text: string): Heartbeat | undefined {
  try {
    return Heartbeat.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
