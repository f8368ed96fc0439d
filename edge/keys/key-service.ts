/**
 * Who keeps the key that wraps all others. What it wraps is a data key of 32 bytes, bound to a context: the same wrapped text opens under no other
 * context. A wrapped text is opaque, holds no blank, and says which backend and version made it.
 */
import { Refusal } from '../../schema/refusal.ts';

export type Backend = 'local' | 'transit';

export interface KeyServiceState {
  readonly backend: Backend;
  /** What wraps now, as `versionOf` names it. */
  readonly version: string;
  /** Versions that still open, newest first. */
  readonly opens: readonly string[];
}

export interface KeyService {
  wrap(key: Uint8Array, context: string): Promise<string>;
  /** @throws KeyServiceError */
  unwrap(wrapped: string, context: string): Promise<Uint8Array<ArrayBuffer>>;
  /** The same key under the newest version of this service, whichever backend wrapped it before. @throws KeyServiceError */
  rewrap(wrapped: string, context: string): Promise<string>;
  /** Which backend, key and version wrapped this; nothing is asked. @throws KeyServiceError `refused` when it is none of ours */
  versionOf(wrapped: string): string;
  /** Asks the backend, so it tells as well whether it answers and whether it is set up right. @throws KeyServiceError */
  describe(): Promise<KeyServiceState>;
}

/** `away`: trying again may help, and what is cached may serve. `refused`: it answered no, and nothing cached may serve. */
export class KeyServiceError extends Refusal {
  readonly kind: 'away' | 'refused';
  constructor(kind: 'away' | 'refused', message: string, options?: ErrorOptions) {
    super('unavailable', message, options);
    this.kind = kind;
  }
}
