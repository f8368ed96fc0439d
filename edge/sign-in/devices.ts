/** Devices: each holds a key of its own and shows it when it signs in. */
import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import { calculateJwkThumbprint } from 'jose';
import type { DeviceProof } from '../../schema/api/sign-in.ts';
import type { UserId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { DEVICE_KEY, DEVICE_SIGNATURE, deviceStatement } from '../../schema/sign-in/device.ts';
import { fromText } from '../../schema/sign-in/octets.ts';
import { deviceApprovals, devices, memberships, signInPolicies } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';

/** A device that showed its key for one attempt. */
export interface ShownDevice {
  readonly thumbprint: string;
  readonly name: string;
}

/** @throws Refusal `proof_invalid` */
export async function checkDevice(proof: DeviceProof, attempt: string): Promise<ShownDevice> {
  const key = await crypto.subtle.importKey('jwk', proof.key, DEVICE_KEY, false, ['verify']).catch(() => {
    throw new Refusal('proof_invalid', "the device's key is no point of P-256");
  });
  const statement = deviceStatement(attempt);
  if (!(await crypto.subtle.verify(DEVICE_SIGNATURE, key, fromText(proof.signature), statement)))
    throw new Refusal('proof_invalid', 'the device did not prove its key');
  return { thumbprint: await calculateJwkThumbprint(proof.key), name: proof.name };
}

export async function isKnown(tx: Tx, user: UserId, shown: ShownDevice | null): Promise<boolean> {
  if (!shown) return false;
  const found = await tx
    .select({ id: devices.id })
    .from(devices)
    .where(and(eq(devices.userId, user), eq(devices.thumbprint, shown.thumbprint)));
  return found.length === 1;
}

/**
 * Takes devices away from a person. What was known of them goes: should one come back, it comes as a new device that nobody approved,
 * as it could anyway by making itself a new key.
 * @returns how many
 */
export async function retireDevices(tx: Tx, user: UserId, now: number, device?: string): Promise<number> {
  const retired = await tx
    .update(devices)
    .set({ revokedAt: new Date(now), thumbprint: sql`'retired ' || ${devices.id}` })
    .where(
      and(
        eq(devices.userId, user),
        isNull(devices.revokedAt),
        device === undefined ? undefined : eq(devices.id, device),
      ),
    )
    .returning({ id: devices.id });
  const ids = retired.map(({ id }) => id);
  if (ids.length > 0) await tx.delete(deviceApprovals).where(inArray(deviceApprovals.deviceId, ids));
  return ids.length;
}

/** @returns its id */
export async function rememberDevice(tx: Tx, user: UserId, shown: ShownDevice, now: Date): Promise<string> {
  const { thumbprint, name } = shown;
  const [row] = await tx
    .insert(devices)
    .values({ userId: user, thumbprint, name, lastSeenAt: now })
    .onConflictDoUpdate({ target: [devices.userId, devices.thumbprint], set: { lastSeenAt: now } })
    .returning({ id: devices.id });
  if (!row) throw new Error('nothing was inserted');
  return row.id;
}

/** The organizations that want to know of a person's new device. */
export async function whoWantsToKnow(tx: Tx, user: UserId): Promise<{ org: string; approval: string }[]> {
  return tx
    .select({ org: memberships.orgId, approval: signInPolicies.deviceApproval })
    .from(memberships)
    .innerJoin(signInPolicies, eq(signInPolicies.orgId, memberships.orgId))
    .where(and(eq(memberships.userId, user), inArray(signInPolicies.deviceApproval, ['notify', 'require'])));
}
