/** Reading, exporting and keeping the audit trail. */
import { z } from 'zod';
import { AuditEntry } from '../audit.ts';
import { SigningKey } from '../snapshot.ts';

/** `actor:node:` style prefixes are not needed: `actor` and `subject` are whole, `action` is a prefix, `text` is found in subject, reason and detail. */
export const AuditFilter = z.object({
  actor: z.string().max(200).optional(),
  action: z.string().max(100).optional(),
  subject: z.string().max(300).optional(),
  text: z.string().min(2).max(200).optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
});
export type AuditFilter = z.infer<typeof AuditFilter>;

export const AuditQuery = AuditFilter.extend({
  /** Entries before this one: the `next` of the page before. */
  before: z.coerce.number().int().positive().default(Number.MAX_SAFE_INTEGER),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

/** Newest first. */
export const AuditList = z.object({ entries: z.array(AuditEntry), next: z.int().nullable() });

export const AuditExportQuery = AuditFilter.extend({ format: z.enum(['jsonl', 'csv']).default('jsonl') });

/** First line of an export; without a filter the export can be verified. */
export const ExportHeader = z.object({
  type: z.literal('audit'),
  version: z.literal(1),
  chain: z.uuid(),
  complete: z.boolean(),
  head: z.object({ seq: z.int(), hash: z.string() }),
});
export const ExportLine = z.discriminatedUnion('type', [
  ExportHeader,
  AuditEntry.extend({ type: z.literal('entry') }),
  z.object({ type: z.literal('checkpoint'), signed: z.string() }),
  z.object({ type: z.literal('end'), entries: z.int() }),
]);
export type ExportLine = z.infer<typeof ExportLine>;

export const AuditKeys = z.object({ keys: z.array(SigningKey) });
export const Retention = z.strictObject({ days: z.int().min(30).max(36_500).nullable() });
