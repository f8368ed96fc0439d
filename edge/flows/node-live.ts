/** One node's live connection (schema/api/node-live.ts): its heartbeats, answered in words only where the answer is another, and the news that there is a newer snapshot. */

import { LIVE_CLOSE } from '../../schema/api/node-live.ts';
import { Heartbeat, type HeartbeatAnswer } from '../../schema/api/nodes.ts';
import { Refusal } from '../../schema/refusal.ts';

/** A node beats every 12 seconds; one that missed three is gone. */
const SILENT_MS = 40_000;
/** How often it is looked whether there is a newer snapshot. */
const POLL_MS = 500;
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
  /** Of the node's newest snapshot. */
  readonly version: () => Promise<number>;
  readonly random?: () => number;
}

export class NodeLive {
  readonly #options: NodeLiveOptions;
  readonly #over: NodeJS.Timeout;
  #silent: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;
  #last: Heartbeat | undefined;
  #told: HeartbeatAnswer | undefined;
  #working = false;
  #closed = false;

  constructor(options: NodeLiveOptions) {
    this.#options = options;
    const life = LIFE_MS * (0.75 + (options.random ?? Math.random)() / 2);
    this.#over = setTimeout(() => this.close(LIVE_CLOSE.again, 'prove yourself anew'), life);
    this.#listen();
  }

  /** A message came. Never rejects. */
  async heard(text: string): Promise<void> {
    if (this.#closed) return;
    const beat = text === '' ? this.#last : parsed(text);
    if (this.#working || !beat) return this.close(LIVE_CLOSE.protocol, 'a heartbeat, one at a time');
    this.#working = true;
    this.#listen();
    try {
      const answer = await this.#options.beat(beat);
      this.#last = beat;
      this.#tell(answer);
    } catch (error) {
      // Asked again by request the node is told why, and by whom it may be.
      const code = error instanceof Refusal ? error.code : 'internal';
      this.close(LIVE_CLOSE.refused, code);
    } finally {
      this.#working = false;
    }
  }

  close(code: number, reason: string): void {
    if (this.#closed) return;
    this.gone();
    this.#options.socket.close(code, reason);
  }

  /** The other side went. */
  gone(): void {
    this.#closed = true;
    clearTimeout(this.#over);
    clearTimeout(this.#silent);
    clearTimeout(this.#poll);
  }

  #listen(): void {
    clearTimeout(this.#silent);
    this.#silent = setTimeout(() => this.close(LIVE_CLOSE.again, 'nothing was heard'), SILENT_MS);
  }

  #tell(answer: HeartbeatAnswer): void {
    if (this.#closed) return;
    const isSame = JSON.stringify(answer) === JSON.stringify(this.#told);
    this.#told = answer;
    this.#options.socket.send(isSame ? '' : JSON.stringify(answer));
    clearTimeout(this.#poll);
    this.#poll = setTimeout(() => void this.#look(), POLL_MS);
  }

  /** While a heartbeat is being answered its answer says it all. */
  async #look(): Promise<void> {
    const told = this.#told;
    // A database that is away says nothing; the next heartbeat tells.
    const version = await this.#options.version().catch(() => told?.snapshotVersion);
    if (this.#closed || this.#working || told !== this.#told || !told) return;
    if (version !== undefined && version !== told.snapshotVersion)
      this.#tell({ ...told, snapshotVersion: version });
    else this.#poll = setTimeout(() => void this.#look(), POLL_MS);
  }
}

function parsed(text: string): Heartbeat | undefined {
  try {
    return Heartbeat.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
