/** A recording's key pair: the public half goes to the node, the private one is sealed under the organization's data key, bound to the recording. */
import { base64url } from 'jose';
import type { OrgId } from '../../schema/ids.ts';
import { makeRecordingKeys, type RecordingOrder, unwrapDataKey } from '../../schema/recording.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { Tx } from '../db.ts';
import type { Sealer } from '../keys/envelope.ts';
import { orgSealer } from '../keys/org-sealer.ts';

export const recordingPlace = (org: string, recording: string) => `org:${org}:recording:${recording}`;

export async function newRecordingKey(
  tx: Tx,
  master: Sealer,
  org: OrgId,
  actor: string,
): Promise<RecordingOrder & { sealedPrivateKey: string }> {
  const recording = crypto.randomUUID();
  const { publicKey, pkcs8 } = await makeRecordingKeys();
  const sealer = await orgSealer(tx, master, { org, purpose: 'recording.seal', subject: recording, actor });
  const sealedPrivateKey = await sealer.seal(pkcs8, recordingPlace(org, recording));
  pkcs8.fill(0);
  return { recording, publicKey, sealedPrivateKey };
}

/** @returns the data key, base64url. @throws Refusal `seal_broken` */
export async function recordingKey(
  tx: Tx,
  master: Sealer,
  row: { id: string; orgId: string; publicKey: string; sealedPrivateKey: string; wrappedKey: string | null },
  actor: string,
): Promise<string> {
  if (row.wrappedKey === null) throw new Refusal('conflict', 'nothing of this recording has come yet');
  const org = row.orgId as OrgId;
  const sealer = await orgSealer(tx, master, { org, purpose: 'recording.open', subject: row.id, actor });
  const pkcs8 = await sealer.open(row.sealedPrivateKey, recordingPlace(org, row.id)).catch(() => {
    throw new Refusal('seal_broken', "this recording's key does not belong where it is");
  });
  const order = { recording: row.id, publicKey: row.publicKey };
  const dataKey = await unwrapDataKey(order, pkcs8, row.wrappedKey).finally(() => pkcs8.fill(0));
  const text = base64url.encode(dataKey);
  dataKey.fill(0);
  return text;
}
