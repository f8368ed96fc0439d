/**
 * Data keys in use, in front of the key service: unwrapped once and kept for a while, in a form that can't be read out. Bounded in count and in time.
 * A key is asked for again after five minutes; while the service is away what is held serves on until a quarter of an hour after it was unwrapped, and then no more. A service that
 * answers no ends it at once.
 */
import { BoundedCache } from '../bounded-cache.ts';
import { type AesSealer, aesSealer } from './aes.ts';
import { type KeyService, KeyServiceError } from './key-service.ts';

export const HELD_KEYS = 1_024;
export const FRESH_MS = 5 * 60_000;
export const HELD_MS = 15 * 60_000;
/** After one failure the service is left alone for so long: not every request waits for it. */
export const AWAY_MS = 2_000;
/** Far below the 2^32 seals that random nonces allow under one key (SP 800-38D section 8.3). */
const SEALS_PER_KEY = 1_000_000;
const OWN_CONTEXT = 'platform:data-key';

interface Held {
  readonly sealer: AesSealer;
  readonly wrapped: string;
  readonly freshUntil: number;
}

export class KeyRing {
  readonly service: KeyService;
  readonly #held = new BoundedCache<Held>(HELD_KEYS);
  readonly #now: () => number;
  #own: (Held & { seals: number; readonly heldUntil: number }) | undefined;
  #awayUntil = 0;

  constructor(service: KeyService, now: () => number) {
    this.service = service;
    this.#now = now;
  }

  /** A new key, wrapped. */
  async create(context: string): Promise<string> {
    const raw = crypto.getRandomValues(new Uint8Array(32));
    const wrapped = await this.service.wrap(raw, context);
    await this.#hold(wrapped, context, raw);
    raw.fill(0);
    return wrapped;
  }

  /** The key of that wrapped text. @throws KeyServiceError */
  async key(wrapped: string, context: string): Promise<AesSealer> {
    const now = this.#now();
    const name = `${context} ${wrapped}`;
    const held = this.#held.get(name, now);
    if (held && (held.freshUntil > now || this.#awayUntil > now)) return held.sealer;
    if (this.#awayUntil > now) throw new KeyServiceError('away', 'the key service does not answer');
    try {
      const raw = await this.service.unwrap(wrapped, context);
      const { sealer } = await this.#hold(wrapped, context, raw);
      raw.fill(0);
      return sealer;
    } catch (error) {
      if (!this.#isAway(error)) this.#held.delete(name);
      else if (held) return held.sealer;
      throw error;
    }
  }

  /** The key that this process seals the platform's own things with: another every few minutes. @throws KeyServiceError */
  async own(): Promise<Held> {
    const now = this.#now();
    const own = this.#own;
    const isUsable = own !== undefined && own.heldUntil > now && own.seals < SEALS_PER_KEY;
    if (isUsable && (own.freshUntil > now || this.#awayUntil > now)) {
      own.seals += 1;
      return own;
    }
    try {
      const wrapped = await this.create(OWN_CONTEXT);
      const sealer = await this.key(wrapped, OWN_CONTEXT);
      this.#own = { sealer, wrapped, freshUntil: now + FRESH_MS, heldUntil: now + HELD_MS, seals: 1 };
      return this.#own;
    } catch (error) {
      if (!this.#isAway(error) || !isUsable) throw error;
      own.seals += 1;
      return own;
    }
  }

  openOwn(wrapped: string): Promise<AesSealer> {
    return this.key(wrapped, OWN_CONTEXT);
  }

  rewrapOwn(wrapped: string): Promise<string> {
    return this.service.rewrap(wrapped, OWN_CONTEXT);
  }

  #isAway(error: unknown): boolean {
    const isAway = error instanceof KeyServiceError && error.kind === 'away';
    if (isAway) this.#awayUntil = this.#now() + AWAY_MS;
    return isAway;
  }

  async #hold(wrapped: string, context: string, raw: Uint8Array<ArrayBuffer>): Promise<Held> {
    const now = this.#now();
    const held = { sealer: await aesSealer(raw), wrapped, freshUntil: now + FRESH_MS };
    this.#held.set(`${context} ${wrapped}`, held, now + HELD_MS);
    return held;
  }
}
