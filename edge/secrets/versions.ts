/** Versions of a secret: one is current, the one before may stay good for a while, destroyed ones are gone. Each call runs in the transaction of its caller. */
import { and, asc, desc, eq, gt, inArray, isNotNull, lte } from 'drizzle-orm';
import type { OrgId, SecretId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { Secret } from '../../schema/secret.ts';
import { secrets, secretVersions as versions } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';
import type { Sealer } from '../keys/envelope.ts';
import { orgSealer } from '../keys/org-sealer.ts';
import { openValue, sealValue } from './sealed-value.ts';

const DAY_MS = 86_400_000;
/** So many are kept to go back to; older ones are destroyed as new ones come. */
const KEPT_VERSIONS = 20;

export type SecretRow = typeof secrets.$inferSelect;
export type VersionRow = typeof versions.$inferSelect;

/** The row stays as it is until the transaction ends. @throws Refusal `not_found` */
export async function lockSecret(tx: Tx, org: OrgId, secret: SecretId): Promise<SecretRow> {
  const [row] = await tx
    .select()
    .from(secrets)
    .where(and(eq(secrets.id, secret), eq(secrets.orgId, org)))
    .for('update');
  if (!row) throw new Refusal('not_found');
  return row;
}

export interface NewVersion {
  readonly value: Secret;
  readonly publicPart: string | null;
  /** How the audit trail names who made it. */
  readonly by: string;
  readonly now: Date;
  /** The secret's own when left out. */
  readonly overlapDays?: number;
}

/** @returns its number */
export async function addVersion(
  tx: Tx,
  master: Sealer,
  secret: SecretRow,
  made: NewVersion,
): Promise<number> {
  const { value, publicPart, by, now } = made;
  const version = secret.versions + 1;
  const place = { org: secret.orgId as OrgId, secret: secret.id as SecretId, version };
  const use = { org: place.org, purpose: 'secret.seal', subject: secret.id, actor: by } as const;
  const sealed = await sealValue(await orgSealer(tx, master, use), place, value);
  await retireCurrent(tx, secret, now, made.overlapDays ?? secret.overlapDays);
  await tx.insert(versions).values({
    secretId: secret.id,
    orgId: secret.orgId,
    version,
    state: 'current',
    sealed,
    publicPart,
    createdBy: by,
    createdAt: now,
  });
  const every = secret.rotateEveryDays;
  const nextRotationAt = every === null ? null : new Date(now.getTime() + every * DAY_MS);
  await tx
    .update(secrets)
    .set({ versions: version, dueSince: null, nextRotationAt })
    .where(eq(secrets.id, secret.id));
  await destroyOld(tx, secret.id, version - KEPT_VERSIONS);
  return version;
}

/** Back to a version there was. @throws Refusal `not_found`, `conflict` */
export async function makeCurrent(tx: Tx, secret: SecretRow, version: number, now: Date): Promise<void> {
  const row = await oneVersion(tx, secret, version);
  if (row.state === 'current') throw new Refusal('conflict', `version ${version} is the current one`);
  if (row.sealed === null) throw new Refusal('conflict', `version ${version} was destroyed`);
  await retireCurrent(tx, secret, now, secret.overlapDays);
  await tx.update(versions).set({ state: 'current', overlapUntil: null }).where(is(secret.id, version));
  await tx.update(secrets).set({ dueSince: null }).where(eq(secrets.id, secret.id));
}

/** Its sealed bytes go; that it was stays. @throws Refusal `not_found`, `conflict` */
export async function destroyVersion(tx: Tx, secret: SecretRow, version: number): Promise<void> {
  const { state } = await oneVersion(tx, secret, version);
  if (state === 'current')
    throw new Refusal('conflict', 'this is the current version: put a new one or go back to another first');
  await tx.update(versions).set(DESTROYED).where(is(secret.id, version));
}

const DESTROYED = { state: 'destroyed', sealed: null, overlapUntil: null } as const;

/** The current one, and the one before while its overlap lasts. @throws Refusal `secret_unusable` */
export async function usableVersions(tx: Tx, secret: SecretRow, now: Date): Promise<VersionRow[]> {
  if (secret.expiresAt !== null && secret.expiresAt <= now)
    throw new Refusal('secret_unusable', `the secret ${secret.name} has expired`);
  const rows = await tx
    .select()
    .from(versions)
    .where(
      and(
        eq(versions.secretId, secret.id),
        eq(versions.orgId, secret.orgId),
        isNotNull(versions.sealed),
        inArray(versions.state, ['current', 'previous']),
      ),
    )
    .orderBy(asc(versions.state), desc(versions.version));
  const usable = rows.filter(
    ({ state, overlapUntil }) => state === 'current' || (overlapUntil !== null && overlapUntil > now),
  );
  if (usable[0]?.state !== 'current') throw new Refusal('secret_unusable');
  return usable.slice(0, 2);
}

/** @param by how the audit trail names who has it opened. @throws Refusal `secret_unusable` */
export async function openVersion(tx: Tx, master: Sealer, row: VersionRow, by: string): Promise<Secret> {
  if (row.sealed === null) throw new Refusal('secret_unusable', `version ${row.version} was destroyed`);
  const org = row.orgId as OrgId;
  const place = { org, secret: row.secretId as SecretId, version: row.version };
  const use = { org, purpose: 'secret.open', subject: row.secretId, actor: by } as const;
  return openValue(await orgSealer(tx, master, use), place, row.sealed);
}

/** @throws Refusal `not_found` */
export async function oneVersion(tx: Tx, secret: SecretRow, version: number): Promise<VersionRow> {
  const [row] = await tx.select().from(versions).where(is(secret.id, version));
  if (!row) throw new Refusal('not_found', `there is no version ${version}`);
  return row;
}

const is = (secret: string, version: number) =>
  and(eq(versions.secretId, secret), eq(versions.version, version));

/** What was current becomes the one before, and what was that before it is good no longer. */
async function retireCurrent(tx: Tx, { id }: SecretRow, now: Date, overlapDays: number): Promise<void> {
  const retired = { state: 'retired', overlapUntil: null } as const;
  await tx
    .update(versions)
    .set(retired)
    .where(and(eq(versions.secretId, id), eq(versions.state, 'previous')));
  await tx
    .update(versions)
    .set(
      overlapDays > 0
        ? { state: 'previous', overlapUntil: new Date(now.getTime() + overlapDays * DAY_MS) }
        : retired,
    )
    .where(and(eq(versions.secretId, id), eq(versions.state, 'current')));
}

async function destroyOld(tx: Tx, secret: string, upTo: number): Promise<void> {
  await tx
    .update(versions)
    .set(DESTROYED)
    .where(
      and(
        eq(versions.secretId, secret),
        lte(versions.version, upTo),
        eq(versions.state, 'retired'),
        gt(versions.version, 0),
      ),
    );
}
