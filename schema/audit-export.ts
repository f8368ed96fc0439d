/** Checks an exported audit trail by itself: nothing but the file's lines and the platform's public keys. Holds one line at a time, and the checkpoints. */
import type { JSONWebKeySet } from 'jose';
import { ExportLine } from './api/audit.ts';
import { ChainCheck, type Checkpoint, type Finding, verifyCheckpoint } from './audit.ts';
import { Refusal } from './refusal.ts';

/**
 * @param lines JSON Lines as the API exports them
 * @param keys what the checkpoints were signed with; from the API or kept from before, never from the file
 * @throws Refusal `bad_request` for what is no whole export, `token_invalid` for a checkpoint that none of the keys signed
 */
export async function verifyExport(
  lines: AsyncIterable<string>,
  keys: JSONWebKeySet,
  now: number,
): Promise<Finding> {
  const checkpoints: Checkpoint[] = [];
  let head: { seq: number; hash: string } | undefined;
  let chain = '';
  let check: ChainCheck | undefined;
  for await (const text of lines) {
    const line = parse(text);
    if (!head) {
      if (line.type !== 'audit' || !line.complete)
        throw new Refusal('bad_request', 'this is not a whole export: export without a filter');
      ({ chain, head } = line);
    } else if (line.type === 'checkpoint') {
      checkpoints.push(await verifyCheckpoint(line.signed, keys, now));
    } else if (line.type === 'entry') {
      check ??= new ChainCheck(chain, checkpoints);
      if (!(await check.add(line))) return check.finish();
    } else if (line.type === 'end') {
      return (check ?? new ChainCheck(chain, checkpoints)).finish(head);
    }
  }
  if (!head) throw new Refusal('bad_request', 'this is not an export: it is empty');
  const sofar = (check ?? new ChainCheck(chain, [])).finish();
  return sofar.ok ? { ok: false, seq: sofar.last + 1, reason: 'missing: the file was cut off' } : sofar;
}

function parse(text: string): ExportLine {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new Refusal('bad_request', 'a line of the export is not JSON', { cause });
  }
  const line = ExportLine.safeParse(json);
  if (line.success) return line.data;
  throw new Refusal('bad_request', 'a line of the export is none of ours', { cause: line.error });
}
