/** One line of the agent's audit: what happened, in which place of the chain, and the hash that ties it to the line before. */
import { createHash } from 'node:crypto';
import { z } from 'zod';

export const AuditEvent = z.enum([
  'agent.started',
  'agent.stopping',
  'audit.repaired',
  'node.waiting',
  'node.enrolled',
  'identity.renewed',
  'snapshot.applied',
  'snapshot.refused',
  'snapshot.expired',
  'role.started',
  'role.ended',
  'role.stopped',
  'role.unresponsive',
  'local.called',
  'local.refused',
  'execute.started',
  'execute.ended',
]);
export type AuditEvent = z.infer<typeof AuditEvent>;

const Value = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);
export type AuditFields = Readonly<Record<string, z.infer<typeof Value>>>;

export const AuditEntry = z.strictObject({
  seq: z.int().positive(),
  /** ISO 8601, UTC. */
  at: z.string(),
  event: AuditEvent,
  fields: z.record(z.string(), Value),
  /** The hash of the line before; 64 zeros before the first. */
  prev: z.string().length(64),
  hash: z.string().length(64),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

export const GENESIS = '0'.repeat(64);

/** SHA-256 over the entry as it is written, without its own hash. */
export function hashOf({ seq, at, event, fields, prev }: Omit<AuditEntry, 'hash'>): string {
  return createHash('sha256').update(JSON.stringify({ seq, at, event, fields, prev })).digest('hex');
}

export function lineOf(entry: Omit<AuditEntry, 'hash'>): { line: string; hash: string } {
  const { seq, at, event, fields, prev } = entry;
  const hash = hashOf(entry);
  return { line: `${JSON.stringify({ seq, at, event, fields, prev, hash })}\n`, hash };
}
