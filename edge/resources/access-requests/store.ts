/** Requests for access as rows; what is approved becomes a grant that ends by itself. */
import { and, desc, eq } from 'drizzle-orm';
import type { RequestState } from '../../../schema/access-request.ts';
import type { AccessRequestView } from '../../../schema/api/access-requests.ts';
import type { OrgId, ResourceId, UserId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { accessRequests, resources, users } from '../../../schema/tables/index.ts';
import type { Tx } from '../../db.ts';
import { insertGrant } from '../../policy/grants.ts';

export type AccessRequest = typeof accessRequests.$inferSelect;
const LISTED = 200;

export interface Wanted {
  readonly id?: string;
  readonly by?: string;
  readonly state?: RequestState | undefined;
}

export async function listRequests(
  tx: Tx,
  org: OrgId,
  { id, by, state }: Wanted,
): Promise<AccessRequestView[]> {
  const rows = await tx
    .select({ request: accessRequests, resourceName: resources.name, byName: users.name })
    .from(accessRequests)
    .innerJoin(resources, eq(resources.id, accessRequests.resourceId))
    .leftJoin(users, eq(users.id, accessRequests.userId))
    .where(
      and(
        eq(accessRequests.orgId, org),
        id === undefined ? undefined : eq(accessRequests.id, id),
        by === undefined ? undefined : eq(accessRequests.userId, by),
        state === undefined ? undefined : eq(accessRequests.state, state),
      ),
    )
    .orderBy(desc(accessRequests.createdAt))
    .limit(LISTED);
  return rows.map(({ request, resourceName, byName }) => ({
    id: request.id,
    resource: request.resourceId as ResourceId,
    resourceName,
    by: request.userId,
    byName,
    reason: request.reason,
    seconds: request.seconds,
    state: request.state,
    decidedBy: request.decidedBy,
    note: request.note,
    createdAt: request.createdAt.toISOString(),
    expiresAt: request.expiresAt.toISOString(),
  }));
}

/** @throws Refusal `not_found` */
export async function viewRequest(tx: Tx, org: OrgId, id: string): Promise<AccessRequestView> {
  const [view] = await listRequests(tx, org, { id });
  if (!view) throw new Refusal('not_found');
  return view;
}

/** Nobody else decides it meanwhile. @throws Refusal `not_found` */
export async function lockRequest(tx: Tx, org: OrgId, id: string): Promise<AccessRequest> {
  const [row] = await tx
    .select()
    .from(accessRequests)
    .where(and(eq(accessRequests.orgId, org), eq(accessRequests.id, id)))
    .for('update');
  if (!row) throw new Refusal('not_found');
  return row;
}

export interface Decision {
  readonly by: string | null;
  readonly at: Date;
  readonly note: string | undefined;
}

/** The access begins now and lasts as long as was asked for. */
export async function approve(tx: Tx, row: AccessRequest, { by, at, note }: Decision): Promise<void> {
  const expiresAt = new Date(at.getTime() + row.seconds * 1000);
  const grant = await insertGrant(tx, row.orgId as OrgId, {
    to: { type: 'user', user: row.userId as UserId },
    on: { resource: row.resourceId as ResourceId },
    expiresAt: expiresAt.toISOString(),
  });
  await close(tx, row.id, { state: 'approved', expiresAt, grantId: grant.id, by, at, note });
}

export async function close(
  tx: Tx,
  id: string,
  { by, at, note, ...more }: Decision & Partial<Pick<AccessRequest, 'state' | 'expiresAt' | 'grantId'>>,
): Promise<void> {
  await tx
    .update(accessRequests)
    .set({ ...more, decidedBy: by, decidedAt: at, note: note ?? null })
    .where(eq(accessRequests.id, id));
}
