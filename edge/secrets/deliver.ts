/** A resource's credential on its way to one session: opened here, sealed at once to the node that the session is placed on, and written down. */
import { and, arrayContains, eq, isNull } from 'drizzle-orm';
import { type ResourceId, SecretId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { Credential } from '../../schema/resource.ts';
import { credentials, nodes, secretUses } from '../../schema/tables/index.ts';
import { type CredentialContext, sealCredentials } from '../../schema/tokens/session-credential.ts';
import { record } from '../audit.ts';
import type { Tx } from '../db.ts';
import type { Services } from '../services.ts';
import { adoptCredential } from './adopt.ts';
import { credentialOf } from './resource-credential.ts';
import { lockSecret, openVersion, usableVersions } from './versions.ts';

export interface Delivery {
  readonly context: CredentialContext;
  readonly resource: ResourceId;
  /** Whose session it is. */
  readonly user: string;
  readonly requestId: string;
}

/** @returns undefined where the target needs none. @throws Refusal `secret_unusable`, `no_service_node` */
export async function deliverCredential(
  tx: Tx,
  { master, now }: Services,
  { context, resource, user, requestId }: Delivery,
): Promise<string | undefined> {
  const { org, session, node, generation } = context;
  const at = new Date(now());
  const [kept] = await tx
    .select()
    .from(credentials)
    .where(and(eq(credentials.resourceId, resource), eq(credentials.orgId, org)))
    .for('update');
  if (!kept) return undefined;
  const { secretId } = await adoptCredential(tx, master, kept, at);
  if (secretId === null) throw new Refusal('secret_unusable');
  const secret = await lockSecret(tx, org, SecretId.parse(secretId));
  const versions = await usableVersions(tx, secret, at);
  const opened: Credential[] = [];
  for (const row of versions)
    opened.push(credentialOf(secret.kind, await openVersion(tx, master, row, `node:${node}`)));
  const sealed = await sealCredentials(await sealKeyOf(tx, node), context, opened);
  const version = versions[0]?.version ?? 0;
  await tx.insert(secretUses).values({
    secretId,
    orgId: org,
    createdAt: at,
    what: 'use',
    version,
    person: user,
    sessionId: session,
    resourceId: resource,
  });
  await record(tx, {
    org,
    actor: `node:${node}`,
    action: 'secret.use',
    subject: secretId,
    generation,
    about: user,
    detail: { session, resource, versions: versions.map((row) => row.version) },
    requestId,
  });
  return sealed;
}

/** As the node itself signed it when it enrolled or renewed. */
async function sealKeyOf(tx: Tx, node: string): Promise<string> {
  const [row] = await tx
    .select({ sealKey: nodes.sealKey })
    .from(nodes)
    .where(and(eq(nodes.id, node), isNull(nodes.revokedAt), arrayContains(nodes.roles, ['service'])));
  if (!row?.sealKey) throw new Refusal('no_service_node', 'this node has no sealing key: let it renew');
  return row.sealKey;
}
