/**
 * The audit chain: what is hashed, and how a chain is checked. The database computes the same when an entry is committed (migration `audit_chain`).
 *
 * An entry's hash is the SHA-256 of its fields in this order, each as its length in octets, a colon, itself in UTF-8 and a comma (a hyphen and a comma for null):
 * the text `fabric-audit-1`, chain, seq, prev, at, actor, action, subject, reason, generation, requestId, address, userAgent, region, detail.
 * Numbers are decimal, `at` is UTC with milliseconds, `detail` is canonical JSON (RFC 8785). The first entry's `prev` is 64 zeros.
 */
import { createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { z } from 'zod';
import { verifyJws } from './tokens/verify.ts';

/** The platform's own chain, beside one per organization. */
export const PLATFORM_CHAIN = '00000000-0000-0000-0000-000000000000';
export const FIRST_PREV = '0'.repeat(64);
export const CHECKPOINT_TYP = 'fabric-audit-checkpoint+jwt';

const Hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .meta({ examples: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'] });
const Text = z.string().nullable();

export const AuditEntry = z.object({
  seq: z.int().positive(),
  prev: Hash,
  hash: Hash,
  at: z.iso.datetime(),
  actor: z.string(),
  action: z.string(),
  subject: Text,
  reason: Text,
  generation: z.int().nullable(),
  requestId: z.string(),
  address: Text,
  userAgent: Text,
  region: Text,
  /** Canonical JSON as text: its octets are what is hashed. */
  detail: Text,
});
export type AuditEntry = z.infer<typeof AuditEntry>;

/** What the platform signed about a chain. */
export const Checkpoint = z.object({ chain: z.uuid(), seq: z.int().positive(), hash: Hash });
export type Checkpoint = z.infer<typeof Checkpoint>;

const encoder = new TextEncoder();
function field(value: string | null): string {
  return value === null ? '-,' : `${encoder.encode(value).length}:${value},`;
}

/** The octets that are hashed. */
export function encodeEntry(chain: string, entry: Omit<AuditEntry, 'hash'>): string {
  const { generation } = entry;
  return [
    'fabric-audit-1',
    chain,
    String(entry.seq),
    entry.prev,
    entry.at,
    entry.actor,
    entry.action,
    entry.subject,
    entry.reason,
    generation === null ? null : String(generation),
    entry.requestId,
    entry.address,
    entry.userAgent,
    entry.region,
    entry.detail,
  ]
    .map(field)
    .join('');
}

export async function hashEntry(chain: string, entry: Omit<AuditEntry, 'hash'>): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', encoder.encode(encodeEntry(chain, entry)));
  return Array.from(new Uint8Array(digest), (octet) => octet.toString(16).padStart(2, '0')).join('');
}

/** @throws Refusal `token_invalid` */
export async function verifyCheckpoint(
  signed: string,
  keys: JSONWebKeySet,
  now: number,
): Promise<Checkpoint> {
  const payload = await verifyJws(signed, createLocalJWKSet(keys), ['EdDSA'], { typ: CHECKPOINT_TYP, now });
  return Checkpoint.parse(payload);
}

export type Finding =
  | {
      readonly ok: true;
      readonly entries: number;
      readonly first: number;
      readonly last: number;
      readonly checkpoints: number;
    }
  | { readonly ok: false; readonly seq: number; readonly reason: string };

/**
 * Checks entries as they come, oldest first, against each other and against signed checkpoints. Holds one entry and the checkpoints, whatever the length.
 * Create it with every checkpoint whose signature was verified.
 */
export class ChainCheck {
  readonly #chain: string;
  readonly #checkpoints: ReadonlyMap<number, string>;
  #first: number | undefined;
  #last = 0;
  #hash = FIRST_PREV;
  #entries = 0;
  #met = 0;
  #bad: { seq: number; reason: string } | undefined;

  constructor(chain: string, checkpoints: readonly Checkpoint[]) {
    this.#chain = chain;
    const own = checkpoints.filter((checkpoint) => checkpoint.chain === chain);
    this.#checkpoints = new Map(own.map(({ seq, hash }) => [seq, hash]));
  }

  /** Says whether it is worth going on. */
  async add(entry: AuditEntry): Promise<boolean> {
    this.#bad ??= await this.#wrongWith(entry);
    if (this.#bad) return false;
    this.#first ??= entry.seq;
    this.#last = entry.seq;
    this.#hash = entry.hash;
    this.#entries += 1;
    if (this.#checkpoints.has(entry.seq)) this.#met += 1;
    return true;
  }

  /** @param head where the chain is said to end, if that is known */
  finish(head?: { seq: number; hash: string }): Finding {
    if (this.#bad) return { ok: false, ...this.#bad };
    const beyond = [...this.#checkpoints.keys()].filter((seq) => seq > this.#last).sort((a, b) => a - b)[0];
    if (beyond !== undefined)
      return {
        ok: false,
        seq: this.#last + 1,
        reason: `missing: a signed checkpoint says entry ${beyond} existed`,
      };
    if (head && (head.seq !== this.#last || (head.seq > 0 && head.hash !== this.#hash)))
      return {
        ok: false,
        seq: this.#last + 1,
        reason: `missing: the chain is said to end at entry ${head.seq}`,
      };
    return {
      ok: true,
      entries: this.#entries,
      first: this.#first ?? 0,
      last: this.#last,
      checkpoints: this.#met,
    };
  }

  async #wrongWith(entry: AuditEntry): Promise<{ seq: number; reason: string } | undefined> {
    const { seq } = entry;
    if (this.#first === undefined) {
      const anchor = seq === 1 ? FIRST_PREV : this.#checkpoints.get(seq - 1);
      if (anchor === undefined)
        return {
          seq: 1,
          reason: `missing: the chain starts at entry ${seq} and no signed checkpoint covers what came before`,
        };
      if (entry.prev !== anchor)
        return { seq, reason: 'does not follow what the checkpoint before it signed' };
    } else {
      if (seq !== this.#last + 1)
        return {
          seq: this.#last + 1,
          reason:
            seq > this.#last ? `missing: entry ${seq} comes next` : `out of order: entry ${seq} comes next`,
        };
      if (entry.prev !== this.#hash) return { seq, reason: 'does not follow the entry before it' };
    }
    if ((await hashEntry(this.#chain, entry)) !== entry.hash)
      return { seq, reason: 'was changed: its hash is another' };
    const signed = this.#checkpoints.get(seq);
    if (signed !== undefined && signed !== entry.hash)
      return { seq, reason: 'is not what a signed checkpoint says' };
    return undefined;
  }
}
