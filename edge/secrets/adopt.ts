/** Credentials that were kept with their resource, before there were secrets, become secrets that belong to it: opened at their old place, sealed at the new one. */
import { eq } from 'drizzle-orm';
import type { OrgId, ResourceId } from '../../schema/ids.ts';
import { Credential } from '../../schema/resource.ts';
import { credentials } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';
import { credentialPlace, type Sealer } from '../keys/envelope.ts';
import { orgSealer } from '../keys/org-sealer.ts';
import { makeOwnSecret } from './resource-credential.ts';

export type CredentialRow = typeof credentials.$inferSelect;

/** The row as it is then; nothing is done where it names a secret already. */
export async function adoptCredential(
  tx: Tx,
  master: Sealer,
  row: CredentialRow,
  now: Date,
): Promise<CredentialRow> {
  if (row.sealed === null) return row;
  const [org, resource] = [row.orgId as OrgId, row.resourceId as ResourceId];
  const sealer = await orgSealer(tx, master, {
    org,
    purpose: 'credential.open',
    subject: resource,
    actor: 'system',
  });
  const plain = await sealer.open(row.sealed, credentialPlace(org, resource));
  const credential = Credential.parse(JSON.parse(new TextDecoder().decode(plain)));
  plain.fill(0);
  const secretId = await makeOwnSecret(tx, master, { org, actor: 'system', now }, resource, credential);
  const changed = { secretId, sealed: null };
  await tx.update(credentials).set(changed).where(eq(credentials.resourceId, resource));
  return { ...row, ...changed };
}
