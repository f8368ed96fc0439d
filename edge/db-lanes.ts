/**
 * The connections to the database. Each is a lane that one transaction has to itself, so that its statements can be sent one behind another without waiting. A lane whose
 * connection died, or whose transaction ended nobody knows how, is thrown away with its driver: nothing is ever sent on it again.
 */
import postgres from 'postgres';

export interface LaneOptions {
  readonly connections: number;
  /** Seconds after which a connection that nobody uses is given back. */
  readonly idleS: number;
}

/** Seconds to wait for a connection, and milliseconds for a statement. */
const CONNECT_S = 5;
const STATEMENT_MS = 10_000;
/** At most so long between tries to reach a server that went away, milliseconds. */
const RECONNECT_MS = 500;
/** Statements are parsed once per connection and kept until it ends. */
const LIFETIME_MS = 45 * 60_000;
/** So many may wait for a lane; whoever comes then is told that there are too many. */
const MOST_WAITING = 2_000;

const failure = (message: string, code: string) => Object.assign(new Error(message), { code });
const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

export class Lane {
  readonly #client: postgres.Sql;
  readonly #until = performance.now() + LIFETIME_MS;
  #scope: postgres.ReservedSql | undefined;
  idleSince = 0;
  dead = false;
  /** No transaction is open on it, as far as the server has told. */
  clean = true;
  /** Called once, when the connection goes. */
  onDeath: ((reason: Error) => void) | undefined;

  constructor(url: string, prepare: (client: postgres.Sql) => void) {
    this.#client = postgres(url, {
      max: 1,
      connect_timeout: CONNECT_S,
      max_lifetime: null,
      connection: { statement_timeout: STATEMENT_MS, plan_cache_mode: 'force_generic_plan' },
      onnotice: () => {},
      onclose: () => this.#die(),
    });
    prepare(this.#client);
  }

  /** @throws when the server can't be reached */
  async open(): Promise<void> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(failure('no connection in time', 'CONNECT_TIMEOUT')),
      1.2 * CONNECT_S * 1000,
    );
    try {
      this.#scope = await Promise.race([this.#client.reserve(), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** What sends on this connection and no other. @throws when it is gone */
  get sql(): postgres.ReservedSql {
    if (this.dead || !this.#scope) throw failure('the connection is gone', 'CONNECTION_CLOSED');
    return this.#scope;
  }

  get reusable(): boolean {
    return !this.dead && this.clean && performance.now() < this.#until;
  }

  async end(): Promise<void> {
    const polite = !this.dead && this.clean;
    if (polite) this.#scope?.release();
    await this.#client.end({ timeout: polite ? 1 : 0 }).catch(() => {});
  }

  #die(): void {
    this.dead = true;
    this.onDeath?.(failure('the connection was closed', 'CONNECTION_CLOSED'));
  }
}

interface Waiter {
  readonly resolve: (lane: Lane | Promise<Lane>) => void;
  readonly reject: (reason: Error) => void;
}

export class Lanes {
  readonly #make: () => Lane;
  readonly #options: LaneOptions;
  /** The one used last comes first, so that the others fall idle. */
  readonly #idle: Lane[] = [];
  readonly #waiting: Waiter[] = [];
  readonly #ends = new Set<Promise<void>>();
  #taken = 0;
  #failures = 0;
  #reaper: NodeJS.Timeout | undefined;
  #closed = false;
  #drained: (() => void) | undefined;

  constructor(make: () => Lane, options: LaneOptions) {
    this.#make = make;
    this.#options = options;
  }

  /** To be given back. @throws when there is no connection to be had, or too many wait for one */
  async take(): Promise<Lane> {
    if (this.#closed) throw failure('the database is closed', 'CONNECTION_ENDED');
    for (let lane = this.#idle.pop(); lane; lane = this.#idle.pop()) {
      if (lane.reusable) {
        this.#taken += 1;
        return lane;
      }
      this.#discard(lane);
    }
    if (this.#taken < this.#options.connections) return this.#open();
    if (this.#waiting.length >= MOST_WAITING) throw failure('too many wait for a connection', '53300');
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  give(lane: Lane): void {
    this.#taken -= 1;
    if (this.#closed || !lane.reusable) {
      this.#discard(lane);
      return this.#serve();
    }
    const next = this.#waiting.shift();
    if (next) {
      this.#taken += 1;
      return next.resolve(lane);
    }
    lane.idleSince = performance.now();
    this.#idle.push(lane);
    this.#reaper ??= setTimeout(() => this.#reap(), this.#options.idleS * 1000);
  }

  /** Waits at most so long for what is at work. */
  async close(milliseconds: number): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#reaper);
    for (const { reject } of this.#waiting.splice(0))
      reject(failure('the database is closed', 'CONNECTION_ENDED'));
    for (const lane of this.#idle.splice(0)) this.#discard(lane);
    if (this.#taken > 0) {
      const drained = new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
      await Promise.race([drained, pause(milliseconds)]);
    }
    await Promise.all(this.#ends);
  }

  async #open(): Promise<Lane> {
    this.#taken += 1;
    let lane: Lane | undefined;
    try {
      if (this.#failures > 0) await pause(Math.min(20 * 2 ** this.#failures, RECONNECT_MS));
      lane = this.#make();
      await lane.open();
      this.#failures = 0;
      return lane;
    } catch (error) {
      this.#failures += 1;
      this.#taken -= 1;
      if (lane) this.#discard(lane);
      this.#serve();
      throw error;
    }
  }

  /** A place became free. */
  #serve(): void {
    if (this.#closed && this.#taken === 0) this.#drained?.();
    const next = this.#closed ? undefined : this.#waiting.shift();
    if (next) next.resolve(this.#open());
  }

  #discard(lane: Lane): void {
    const ending = lane.end().finally(() => this.#ends.delete(ending));
    this.#ends.add(ending);
  }

  #reap(): void {
    this.#reaper = undefined;
    const idleMs = this.#options.idleS * 1000;
    const before = performance.now() - idleMs;
    // The oldest come first.
    while (this.#idle[0] && (this.#idle[0].dead || this.#idle[0].idleSince <= before)) {
      const [lane] = this.#idle.splice(0, 1);
      if (lane) this.#discard(lane);
    }
    if (this.#idle.length > 0) this.#reaper = setTimeout(() => this.#reap(), idleMs);
  }
}
