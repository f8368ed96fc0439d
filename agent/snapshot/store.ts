/** The last snapshot: verified before it is believed and again whenever it is loaded; only ever replaced by a newer one. */
import { join } from 'node:path';
import { Refusal } from '../../schema/refusal.ts';
import { Snapshot } from '../../schema/snapshot.ts';
import { verifySigned } from '../../schema/tokens/signed.ts';
import { readIfThere, writeAtomically } from '../atomic-file.ts';
import type { Identity } from '../identity/identity.ts';

export class SnapshotStore {
  readonly #path: string;
  readonly #identity: () => Identity;
  #current: Snapshot | undefined;

  constructor(data: string, identity: () => Identity) {
    this.#path = join(data, 'snapshot.jws');
    this.#identity = identity;
  }

  get current(): Snapshot | undefined {
    return this.#current;
  }

  /** From disk. What does not verify, or is too old, is as good as none. */
  async load(now: number): Promise<Snapshot | undefined> {
    const text = await readIfThere(this.#path);
    if (text === undefined) return undefined;
    try {
      this.#current = await this.#verify(text, now);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
    return this.#current;
  }

  /** @throws Refusal `token_invalid`, `token_expired`, or `stale_generation` when it is not newer */
  async apply(text: string, now: number): Promise<Snapshot> {
    const snapshot = await this.#verify(text, now);
    if (this.#current && snapshot.version <= this.#current.version)
      throw new Refusal('stale_generation', 'the snapshot is not newer');
    await writeAtomically(this.#path, text);
    this.#current = snapshot;
    return snapshot;
  }

  async #verify(text: string, now: number): Promise<Snapshot> {
    const { enrolment } = this.#identity();
    const snapshot = await verifySigned('snapshot', enrolment, Snapshot, text, enrolment.signingKeys, now);
    const isOurs = snapshot.node === enrolment.node && snapshot.cluster === enrolment.cluster;
    if (!isOurs) throw new Refusal('token_invalid', 'the snapshot is for another node');
    return snapshot;
  }
}
