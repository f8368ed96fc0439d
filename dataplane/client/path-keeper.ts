/** Keeps an attachment on a path: notices when one is lost or another entry would be better, takes the attachment over to the next, gives up in the end. */
import { backoffMs } from '../../schema/backoff.ts';
import { Refusal, type RefusalCode } from '../../schema/refusal.ts';
import type { Attached } from '../../schema/wire/attach.ts';
import { RESUME_MS } from '../channel/attachment-life.ts';
import type { SealedChannel } from '../channel/channel.ts';
import type { ChannelName } from '../channel/keys.ts';
import type { Carrier, Connection } from '../transport/transport.ts';
import { betterEntry } from './entries.ts';
import { PathQuality } from './path-quality.ts';
import { PathWatch } from './path-watch.ts';
import { type Joining, joinChannel, type Resuming, resumePath } from './resume.ts';

export type PathState = 'live' | 'reconnecting';

export interface PathKeeperOptions extends Resuming {
  readonly connection: Connection;
  readonly attached: Attached;
}

export interface PathEvents {
  /** Makes the service node say something. */
  ask(): void;
  /** Round trip to the service node, milliseconds. */
  measure(): Promise<number>;
  /** There will be no further path. */
  over(why: Refusal): void;
}

/** Full jitter below these, milliseconds. */
const BACKOFF_MS = { first: 50, most: 3_000 } as const;
/** How long one channel may be without a path while the others have theirs: its end may be on its way on the control channel. */
const STRAY_MS = 1_000;
/** Paths that brought what was not sealed by the other end, before the attachment is given up. */
const MAX_BROKEN = 3;
const TICK_MS = 1_000;
/** A round trip is measured once in so many ticks, where there is another entry to go to. */
const MEASURE_TICKS = 5;
/** Refusals that another try does not mend. */
const FINAL: ReadonlySet<RefusalCode> = new Set([
  'attachment_unknown',
  'session_ended',
  'token_expired',
  'token_invalid',
  'token_wrong_node',
  'stale_generation',
]);

/** Refusals of a channel that speak of its path. */
const OF_THE_PATH: ReadonlySet<RefusalCode> = new Set([
  'no_route',
  'unavailable',
  'attachment_unknown',
  'stale_generation',
  'seal_broken',
  'conflict',
]);

export class PathKeeper {
  relays: number;
  /** Counts the paths so far, from 0. */
  number = 0;
  readonly #options: PathKeeperOptions;
  readonly #events: PathEvents;
  readonly #watch = new PathWatch();
  readonly #quality = new PathQuality();
  readonly #timer: ReturnType<typeof setInterval>;
  #connection: Connection | undefined;
  #carrier: Carrier;
  #watcher: (state: PathState) => void = () => {};
  #ticks = 0;
  #seeking = false;
  #broken = 0;
  #over = false;

  constructor(options: PathKeeperOptions, events: PathEvents) {
    this.#options = options;
    this.#events = events;
    this.relays = options.attached.relays;
    this.#carrier = options.connection.carrier;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#have(options.connection);
  }

  get carrier(): Carrier {
    return this.#carrier;
  }

  watch(watcher: (state: PathState) => void): void {
    this.#watcher = watcher;
  }

  /** Opens a new channel; without a path it goes out with the next one, like all the rest. @throws Refusal */
  async begin(name: ChannelName, channel: SealedChannel): Promise<void> {
    const connection = this.#connection;
    if (connection) await this.#join(connection, { name, channel }, true);
  }

  channelLost(channel: SealedChannel, broken: boolean): void {
    if (broken) this.#broken += 1;
    if (this.#broken > MAX_BROKEN) return this.#give(new Refusal('seal_broken'));
    if (broken || channel === this.#options.channels.control) return this.#lost();
    const path = this.number;
    setTimeout(() => {
      if (path === this.number && !channel.isDone && !channel.hasPath) this.#lost();
    }, STRAY_MS);
  }

  async close(reason: string): Promise<void> {
    this.#over = true;
    clearInterval(this.#timer);
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close(0, reason);
  }

  #have(connection: Connection): void {
    this.#connection = connection;
    this.#carrier = connection.carrier;
    this.#watch.restart();
    this.#quality.restart();
    void connection.closed.then(() => {
      if (this.#connection === connection) this.#lost();
    });
  }

  #tick(): void {
    const { control, live } = this.#options.channels;
    if (!this.#connection) return;
    const all = [control, ...live.map(({ channel }) => channel)].map(({ count }) => count);
    const sum = (of: 'sent' | 'received') => all.reduce((total, count) => total + count[of], 0);
    const found = this.#watch.look(sum('sent'), sum('received'));
    if (found === 'ask') this.#events.ask();
    else if (found === 'dead') this.#lost();
    this.#ticks += 1;
    if (this.#ticks % MEASURE_TICKS === 0 && this.#options.ticket.entries.length > 1) void this.#look();
  }

  async #look(): Promise<void> {
    const rtt = await this.#events.measure().catch(() => undefined);
    const present = this.#connection;
    if (rtt === undefined || !present || this.#seeking || !this.#quality.saw(rtt)) return;
    this.#seeking = true;
    const { ticket, options } = this.#options;
    const better = await betterEntry(ticket.entries, present, options);
    this.#seeking = false;
    if (!better) return;
    if (this.#over || this.#connection !== present) void better.close(0, 'not needed any more');
    // The way there is open before the present one is left.
    else this.#lost(better);
  }

  #lost(made?: Connection): void {
    const connection = this.#connection;
    if (!connection || this.#over) return;
    this.#connection = undefined;
    this.#options.channels.leave();
    void connection.close(0, 'the path was lost');
    this.#watcher('reconnecting');
    void this.#next(made);
  }

  async #next(made?: Connection): Promise<void> {
    const deadline = performance.now() + RESUME_MS;
    let why: unknown;
    let ready = made;
    for (let failures = 1; !this.#over; failures += 1) {
      const wait = backoffMs(BACKOFF_MS, failures, Math.random());
      if (!ready) await new Promise((resolve) => setTimeout(resolve, wait));
      if (performance.now() > deadline)
        return this.#give(new Refusal('unavailable', 'the connection was lost', { cause: why }));
      try {
        this.number += 1;
        const { connection, relays } = await resumePath(this.#options, this.number, ready);
        if (this.#over) return void connection.close(0, 'left');
        this.relays = relays;
        this.#have(connection);
        for (const known of this.#options.channels.live)
          this.#join(connection, known, false).catch((error: Refusal) =>
            this.#options.channels.abandon(known.channel, error.flowCode),
          );
        return this.#watcher('live');
      } catch (error) {
        if (error instanceof Refusal && FINAL.has(error.code)) return this.#give(error);
        why = error;
        ready = undefined;
      }
    }
  }

  /** @throws Refusal that another path would not mend */
  async #join(
    connection: Connection,
    joining: Pick<Joining, 'name' | 'channel'>,
    isNew: boolean,
  ): Promise<void> {
    const path = this.number;
    const isCurrent = () => this.#connection === connection;
    try {
      await joinChannel(this.#options, connection, path, { ...joining, isNew, isCurrent });
    } catch (error) {
      const isRefused = error instanceof Refusal;
      if (isRefused && !OF_THE_PATH.has(error.code)) throw error;
      if (path === this.number) this.channelLost(joining.channel, isRefused && error.code === 'seal_broken');
    }
  }

  #give(why: Refusal): void {
    if (this.#over) return;
    void this.close(why.message);
    this.#events.over(why);
  }
}
