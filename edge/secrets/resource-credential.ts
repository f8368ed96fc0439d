/** What a resource's target takes is a secret: one that people made and named, or one that was given with the resource, belongs to it and goes with it. */
import { eq } from 'drizzle-orm';
import { type OrgId, type ResourceId, SecretId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { Credential, GivenCredential, Protocol } from '../../schema/resource.ts';
import { Secret } from '../../schema/secret.ts';
import type { SecretKind } from '../../schema/secret-kinds.ts';
import { credentials, secrets } from '../../schema/tables/index.ts';
import type { Act } from '../act.ts';
import type { Tx } from '../db.ts';
import type { Sealer } from '../keys/envelope.ts';
import { addVersion, lockSecret, type SecretRow } from './versions.ts';

export interface CredentialHolder {
  readonly id: ResourceId;
  readonly protocol: Protocol;
}

/** In place of the one before, if any; null leaves none. @param mayUse throws where the caller may not use that secret. @throws Refusal */
export async function setCredential(
  tx: Tx,
  master: Sealer,
  act: Act,
  resource: CredentialHolder,
  given: GivenCredential | null,
  mayUse: (secret: SecretRow) => void,
): Promise<void> {
  const own = await ownSecret(tx, act.org, resource.id);
  if (given !== null && !('secret' in given) && own?.kind === kindOf(given)) {
    const value = new Secret(textOf(given));
    await addVersion(tx, master, own, { value, publicPart: null, by: act.actor, now: act.now });
    return;
  }
  const chosen =
    given === null
      ? undefined
      : 'secret' in given
        ? await usableFor(tx, act.org, resource, given.secret, mayUse)
        : undefined;
  await tx.delete(credentials).where(eq(credentials.resourceId, resource.id));
  if (own && own.id !== chosen) await tx.delete(secrets).where(eq(secrets.id, own.id));
  if (given === null) return;
  const secretId =
    chosen ?? ('secret' in given ? given.secret : await makeOwnSecret(tx, master, act, resource.id, given));
  await tx.insert(credentials).values({ orgId: act.org, resourceId: resource.id, secretId });
}

/** A secret that belongs to the resource goes with it; to be called before the resource's row goes. */
export async function dropOwnSecret(tx: Tx, org: OrgId, resource: ResourceId): Promise<void> {
  const own = await ownSecret(tx, org, resource);
  await tx.delete(credentials).where(eq(credentials.resourceId, resource));
  if (own) await tx.delete(secrets).where(eq(secrets.id, own.id));
}

/** @param by how the audit trail names who gave it */
export async function makeOwnSecret(
  tx: Tx,
  master: Sealer,
  { org, actor, now }: Pick<Act, 'org' | 'now'> & { readonly actor: string },
  resource: ResourceId,
  credential: Credential,
): Promise<SecretId> {
  const values = {
    orgId: org,
    name: `resource-${resource}`,
    kind: kindOf(credential),
    ownedByResource: true,
  };
  const [row] = await tx.insert(secrets).values(values).returning();
  if (!row) throw new Error('nothing was inserted');
  const value = new Secret(textOf(credential));
  await addVersion(tx, master, row, { value, publicPart: null, by: actor, now });
  return SecretId.parse(row.id);
}

/** A value as the adapters take it. @throws Refusal `secret_unusable` */
export function credentialOf(kind: SecretKind, value: Secret): Credential {
  if (kind === 'password') return { type: 'password', password: value.reveal() };
  if (kind === 'ssh_key') return { type: 'private_key', privateKey: value.reveal() };
  throw new Refusal('secret_unusable', `nobody signs in to a target with a secret of the kind ${kind}`);
}

const kindOf = ({ type }: Credential): SecretKind => (type === 'password' ? 'password' : 'ssh_key');
const textOf = (credential: Credential): string =>
  credential.type === 'password' ? credential.password : credential.privateKey;

async function ownSecret(tx: Tx, org: OrgId, resource: ResourceId): Promise<SecretRow | undefined> {
  const [row] = await tx
    .select({ secret: credentials.secretId, isOwn: secrets.ownedByResource })
    .from(credentials)
    .innerJoin(secrets, eq(secrets.id, credentials.secretId))
    .where(eq(credentials.resourceId, resource));
  return row?.isOwn && row.secret !== null ? lockSecret(tx, org, SecretId.parse(row.secret)) : undefined;
}

async function usableFor(
  tx: Tx,
  org: OrgId,
  { id, protocol }: CredentialHolder,
  secret: SecretId,
  mayUse: (secret: SecretRow) => void,
): Promise<SecretId> {
  const row = await lockSecret(tx, org, secret);
  if (protocol === 'tcp')
    throw new Refusal('bad_request', `nobody signs in to a target of the protocol ${protocol}`);
  if (protocol === 'vnc' && row.kind !== 'password')
    throw new Refusal('bad_request', `a VNC target takes a password, not a ${row.kind}`);
  if (row.kind !== 'password' && row.kind !== 'ssh_key')
    throw new Refusal('bad_request', `an SSH target takes a password or an ssh_key, not a ${row.kind}`);
  if (row.ownedByResource && row.name !== `resource-${id}`)
    throw new Refusal('bad_request', 'this secret belongs to another resource');
  mayUse(row);
  return secret;
}
