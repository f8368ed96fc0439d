/** The last snapshot and the increments since: verified before it is believed and again whenever it is loaded; only ever replaced by a newer one, or by the same said again later. */
import { join } from 'node:path';
import { Refusal } from '../../schema/refusal.ts';
import type { Snapshot } from '../../schema/snapshot.ts';
import {
  advance,
  type Held,
  MAX_SNAPSHOT_CHARS,
  mayReplace,
  nextKeys,
  type VerifiedSnapshot,
  verifyIncrement,
  verifySnapshot,
} from '../../schema/tokens/snapshot.ts';
import { readIfThere, writeAtomically } from '../atomic-file.ts';
import type { Identity } from '../identity/identity.ts';

export interface SnapshotStoreOptions {
  readonly data: string;
  readonly identity: () => Identity;
  /** The highest epoch and version ever applied, from elsewhere on disk: a snapshot file put back to an older one is refused. */
  readonly floor?: () => Floor;
  /** Keys to believe from here on, when they change; kept before `apply` resolves. */
  readonly trust?: (keys: Snapshot['signingKeys']) => Promise<void>;
}

export interface Floor {
  readonly epoch: number;
  readonly version: number;
}

/** After so many the whole is asked for again: each is verified anew at every load. */
const MAX_INCREMENTS = 32;
/** Of the file: a whole one and its increments. */
const MAX_FILE_CHARS = 2 * MAX_SNAPSHOT_CHARS;

export class SnapshotStore {
  readonly #path: string;
  readonly #options: SnapshotStoreOptions;
  #current: VerifiedSnapshot | undefined;
  /** As they came, the whole first: what the file holds, a line each. */
  #texts: readonly string[] = [];
  #wantsWhole = false;

  constructor(options: SnapshotStoreOptions) {
    this.#path = join(options.data, 'snapshot.jws');
    this.#options = options;
  }

  get current(): Snapshot | undefined {
    return this.#current?.snapshot;
  }

  /** Milliseconds since the epoch after which it may not be acted on. */
  get expiresAt(): number | undefined {
    return this.#current?.expiresAt;
  }

  /** The whole as it was signed, without the increments since. */
  get signed(): string | undefined {
    return this.#texts[0];
  }

  /** An increment will do the next time: none was refused since the last whole, and there are not too many. */
  get takesIncrements(): boolean {
    return this.#current !== undefined && !this.#wantsWhole && this.#texts.length <= MAX_INCREMENTS;
  }

  /** When to ask for the same again, so that it never expires while the control plane is there: half of its life. */
  get refreshAt(): number {
    return this.#current ? (this.#current.issuedAt + this.#current.expiresAt) / 2 : Number.POSITIVE_INFINITY;
  }

  /** From disk. What does not verify, has expired, or is older than what was applied before, is as good as none. */
  async load(now: number): Promise<Snapshot | undefined> {
    try {
      const text = await readIfThere(this.#path, MAX_FILE_CHARS);
      if (text === undefined) return undefined;
      const [whole = '', ...increments] = text.split('\n');
      let next = await this.#verify(whole, now);
      for (const each of increments) next = advance(next, await this.#verifyIncrement(each, now));
      const { epoch, version } = next.snapshot;
      const { epoch: lowest, version: least } = this.#floor;
      if (epoch < lowest || (epoch === lowest && version < least))
        throw new Refusal('stale_generation', 'the snapshot on disk is older than the one applied last');
      this.#current = next;
      this.#texts = [whole, ...increments];
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
    return this.current;
  }

  /** @throws Refusal as `verifySnapshot` and `mayReplace` say; then nothing has changed */
  async apply(text: string, now: number): Promise<{ snapshot: Snapshot; how: 'newer' | 'again' }> {
    const next = await this.#verify(text, now);
    const how = mayReplace(this.#held, next);
    await this.#keep(next, [text]);
    this.#wantsWhole = false;
    const { keys } = this.#options.identity().enrolment.signingKeys;
    const trusted = nextKeys(keys, next);
    if (JSON.stringify(trusted) !== JSON.stringify(keys)) await this.#options.trust?.({ keys: trusted });
    return { snapshot: next.snapshot, how };
  }

  /**
   * One step further from exactly what is held. When it is refused, whatever the reason, the whole is wanted next.
   * @throws Refusal as `verifyIncrement` and `advance` say; then nothing has changed
   */
  async applyIncrement(text: string, now: number): Promise<Snapshot> {
    try {
      if (!this.#current) throw new Refusal('snapshot_gap', 'there is nothing that it could follow');
      const next = advance(this.#current, await this.#verifyIncrement(text, now));
      if (this.#current.expiresAt <= now) throw new Refusal('token_expired');
      await this.#keep(next, [...this.#texts, text]);
      return next.snapshot;
    } catch (error) {
      this.#wantsWhole = true;
      throw error;
    }
  }

  async #keep(next: VerifiedSnapshot, texts: readonly string[]): Promise<void> {
    const file = texts.join('\n');
    if (file.length > MAX_FILE_CHARS) throw new Refusal('too_large', 'too many increments');
    await writeAtomically(this.#path, file);
    this.#current = next;
    this.#texts = texts;
  }

  get #floor(): Floor {
    return this.#options.floor?.() ?? { epoch: 0, version: 0 };
  }

  /** The higher of what is held and what was ever applied. */
  get #held(): Held | undefined {
    const floor = this.#floor;
    const { epoch = 0, version = 0 } = this.#current?.snapshot ?? {};
    const highest = epoch > floor.epoch || (epoch === floor.epoch && version > floor.version);
    const at = highest ? { epoch, version } : floor;
    return at.version === 0 ? undefined : { ...at, issuedAt: this.#current?.issuedAt };
  }

  #verifyIncrement(text: string, now: number) {
    const { enrolment } = this.#options.identity();
    return verifyIncrement(enrolment, text, enrolment.signingKeys, now);
  }

  #verify(text: string, now: number): Promise<VerifiedSnapshot> {
    const { enrolment } = this.#options.identity();
    return verifySnapshot(enrolment, text, enrolment.signingKeys, now);
  }
}
