/**
 * The whole trail, or what a filter leaves of it, as lines: checkpoints first, so that a verifier can check as it reads, then entries oldest first. A page is held at a
 * time, and the next is read when the last was taken.
 */

import type { z } from 'zod';
import type { AuditExportQuery, AuditFilter, ExportLine } from '../../../schema/api/audit.ts';
import { csvLine } from '../../../schema/csv.ts';
import type { Tx } from '../../db.ts';
import { auditAfter, checkpointsAfter, headOf } from './store.ts';

const PAGE = 500;
const COLUMNS = [
  'seq',
  'at',
  'actor',
  'action',
  'subject',
  'reason',
  'generation',
  'requestId',
  'address',
  'userAgent',
  'region',
  'detail',
  'prev',
  'hash',
] as const;

export type Read = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
type Query = z.infer<typeof AuditExportQuery>;

export async function* exportText(
  chain: string,
  { format, ...filter }: Query,
  read: Read,
): AsyncGenerator<string> {
  if (format === 'csv') yield csvLine(COLUMNS);
  for await (const line of exportLines(chain, filter, read)) {
    if (format === 'jsonl') yield `${JSON.stringify(line)}\n`;
    else if (line.type === 'entry') yield csvLine(COLUMNS.map((column) => line[column]));
  }
}

async function* exportLines(chain: string, filter: AuditFilter, read: Read): AsyncGenerator<ExportLine> {
  const head = await read((tx) => headOf(tx, chain));
  const complete = Object.values(filter).every((part) => part === undefined);
  yield { type: 'audit', version: 1, chain, complete, head: { seq: head.seq, hash: head.hash } };
  const upTo = head.seq;
  // The checkpoint at `trimmed` is what the oldest entry hangs on.
  for (let after = head.trimmed - 1; complete; ) {
    const page = await read((tx) => checkpointsAfter(tx, chain, { after, upTo, limit: PAGE }));
    for (const { signed } of page) yield { type: 'checkpoint', signed };
    if (page.length < PAGE) break;
    after = page.at(-1)?.seq ?? upTo;
  }
  let entries = 0;
  for (let after = 0; ; ) {
    const page = await read((tx) => auditAfter(tx, chain, filter, { after, upTo, limit: PAGE }));
    for (const entry of page) yield { type: 'entry', ...entry };
    entries += page.length;
    if (page.length < PAGE) break;
    after = page.at(-1)?.seq ?? upTo;
  }
  yield { type: 'end', entries };
}
