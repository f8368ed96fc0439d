/** Walks the chain of a journal, oldest file first, and names the first line that is not what was written. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { AuditEntry, GENESIS, hashOf } from './entry.ts';
import { fileOf } from './journal.ts';

export type AuditVerdict =
  | {
      readonly ok: true;
      readonly entries: number;
      /** Older entries were rotated away: the chain begins in its middle. */
      readonly from: number;
      readonly to: number;
      readonly head: string;
    }
  | { readonly ok: false; readonly file: string; readonly line: number; readonly reason: string };

interface Link {
  readonly seq: number;
  readonly hash: string;
}

export function verifyAudit(folder: string): AuditVerdict {
  let last: Link | undefined;
  let entries = 0;
  let from = 0;
  for (const path of filesOf(folder)) {
    const lines = readFileSync(path, 'utf8').split('\n');
    const unfinished = lines.pop() !== '';
    for (const [at, line] of lines.entries()) {
      const checked = check(line, last);
      if ('reason' in checked)
        return { ok: false, file: basename(path), line: at + 1, reason: checked.reason };
      if (entries === 0) from = checked.seq;
      entries += 1;
      last = checked;
    }
    if (unfinished) {
      return { ok: false, file: basename(path), line: lines.length + 1, reason: 'the last line is cut off' };
    }
  }
  return { ok: true, entries, from, to: last?.seq ?? 0, head: last?.hash ?? GENESIS };
}

/** Oldest first. A gap in the numbers shows as a broken chain. */
function filesOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const numbers = readdirSync(folder).flatMap((name) => {
    const [, back] = /^audit(?:\.(\d+))?\.jsonl$/.exec(name) ?? [];
    return name === 'audit.jsonl' ? [0] : back === undefined ? [] : [Number(back)];
  });
  return numbers.sort((a, b) => b - a).map((back) => fileOf(folder, back));
}

function check(line: string, last: Link | undefined): Link | { reason: string } {
  let entry: AuditEntry;
  try {
    entry = AuditEntry.parse(JSON.parse(line));
  } catch {
    return { reason: 'this is not an entry' };
  }
  if (hashOf(entry) !== entry.hash || line !== JSON.stringify(entry))
    return { reason: 'its content does not match its hash' };
  if (last === undefined) {
    if (entry.seq === 1 && entry.prev !== GENESIS)
      return { reason: 'the first entry does not begin the chain' };
    return entry;
  }
  if (entry.prev !== last.hash || entry.seq !== last.seq + 1)
    return { reason: `it does not follow entry ${last.seq}: lines are missing, added or changed before it` };
  return entry;
}
