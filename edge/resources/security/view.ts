/** Everything about a person's own way in, on one page. */
import { and, count, desc, eq, isNotNull, isNull } from 'drizzle-orm';
import type { SecurityView } from '../../../schema/api/security.ts';
import {
  authenticators,
  devices,
  passkeys,
  recoveryCodes,
  signIns,
  verifiers,
} from '../../../schema/tables/index.ts';
import type { Caller } from '../../caller.ts';
import type { Tx } from '../../db.ts';

const SHOWN = 100;
const iso = (at: Date) => at.toISOString();

export async function viewSecurity(tx: Tx, { user, signIn, device }: Caller): Promise<SecurityView> {
  const counted = { count: count() };
  const [password] = await tx.select(counted).from(verifiers).where(eq(verifiers.userId, user));
  const [app] = await tx
    .select(counted)
    .from(authenticators)
    .where(and(eq(authenticators.userId, user), isNotNull(authenticators.confirmedAt)));
  const [codes] = await tx.select(counted).from(recoveryCodes).where(eq(recoveryCodes.userId, user));
  const keys = await tx.select().from(passkeys).where(eq(passkeys.userId, user)).orderBy(passkeys.createdAt);
  const known = await tx
    .select()
    .from(devices)
    .where(and(eq(devices.userId, user), isNull(devices.revokedAt)))
    .orderBy(desc(devices.lastSeenAt))
    .limit(SHOWN);
  const live = await tx
    .select({ row: signIns, device: devices.name })
    .from(signIns)
    .leftJoin(devices, eq(devices.id, signIns.deviceId))
    .where(and(eq(signIns.userId, user), isNull(signIns.endedAt)))
    .orderBy(desc(signIns.lastSeenAt))
    .limit(SHOWN);
  return {
    password: (password?.count ?? 0) > 0,
    authenticator: (app?.count ?? 0) > 0,
    recoveryCodes: codes?.count ?? 0,
    passkeys: keys.map(({ id, name, createdAt, lastUsedAt }) => ({
      id,
      name,
      createdAt: iso(createdAt),
      lastUsedAt: lastUsedAt && iso(lastUsedAt),
    })),
    devices: known.map(({ id, name, createdAt, lastSeenAt }) => ({
      id,
      name,
      current: id === device,
      createdAt: iso(createdAt),
      lastSeenAt: iso(lastSeenAt),
    })),
    signIns: live.map(({ row, device: onDevice }) => ({
      id: row.id,
      current: row.id === signIn,
      agent: row.agent,
      device: onDevice,
      region: row.region,
      evidence: row.evidence,
      createdAt: iso(row.createdAt),
      lastSeenAt: iso(row.lastSeenAt),
    })),
  };
}
