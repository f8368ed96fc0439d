/** The last snapshot: verified before it is believed and again whenever it is loaded; only ever replaced by a newer one, or by the same said again later. */
import { join } from 'node:path';
import { Refusal } from '../../schema/refusal.ts';
import type { Snapshot } from '../../schema/snapshot.ts';
import {
  type Held,
  MAX_SNAPSHOT_CHARS,
  mayReplace,
  nextKeys,
  type VerifiedSnapshot,
  verifySnapshot,
} from '../../schema/tokens/snapshot.ts';
import { readIfThere, writeAtomically } from '../atomic-file.ts';
import type { Identity } from '../identity/identity.ts';

export interface SnapshotStoreOptions {
  readonly data: string;
  readonly identity: () => Identity;
  /** The highest version ever applied, from elsewhere on disk: a snapshot file put back to an older one is refused. */
  readonly floor?: () => number;
  /** Keys to believe from here on, when they change; kept before `apply` resolves. */
  readonly trust?: (keys: Snapshot['signingKeys']) => Promise<void>;
}

export class SnapshotStore {
  readonly #path: string;
  readonly #options: SnapshotStoreOptions;
  #current: VerifiedSnapshot | undefined;

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

  /** When to ask for the same again, so that it never expires while the control plane is there: half of its life. */
  get refreshAt(): number {
    return this.#current ? (this.#current.issuedAt + this.#current.expiresAt) / 2 : Number.POSITIVE_INFINITY;
  }

  /** From disk. What does not verify, has expired, or is older than what was applied before, is as good as none. */
  async load(now: number): Promise<Snapshot | undefined> {
    try {
      const text = await readIfThere(this.#path, MAX_SNAPSHOT_CHARS);
      if (text === undefined) return undefined;
      const next = await this.#verify(text, now);
      if (next.snapshot.version < this.#floor)
        throw new Refusal('stale_generation', 'the snapshot on disk is older than the one applied last');
      this.#current = next;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
    return this.current;
  }

  /** @throws Refusal as `verifySnapshot` and `mayReplace` say; then nothing has changed */
  async apply(text: string, now: number): Promise<{ snapshot: Snapshot; how: 'newer' | 'again' }> {
    const next = await this.#verify(text, now);
    const how = mayReplace(this.#held, next);
    await writeAtomically(this.#path, text);
    this.#current = next;
    const { keys } = this.#options.identity().enrolment.signingKeys;
    const trusted = nextKeys(keys, next);
    if (JSON.stringify(trusted) !== JSON.stringify(keys)) await this.#options.trust?.({ keys: trusted });
    return { snapshot: next.snapshot, how };
  }

  get #floor(): number {
    return this.#options.floor?.() ?? 0;
  }

  get #held(): Held | undefined {
    const version = Math.max(this.#floor, this.#current?.snapshot.version ?? 0);
    return version === 0 ? undefined : { version, issuedAt: this.#current?.issuedAt };
  }

  #verify(text: string, now: number): Promise<VerifiedSnapshot> {
    const { enrolment } = this.#options.identity();
    return verifySnapshot(enrolment, text, enrolment.signingKeys, now);
  }
}
