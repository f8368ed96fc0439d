/** Who someone is, as they are told themselves. */
import { eq } from 'drizzle-orm';
import type { Me } from '../../schema/api/auth.ts';
import type { UserId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { memberships, organizations, users } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';

export async function describeUser(tx: Tx, user: UserId): Promise<Me> {
  const [row] = await tx.select().from(users).where(eq(users.id, user));
  if (!row) throw new Refusal('unauthenticated');
  const organizationRows = await tx
    .select({ id: organizations.id, name: organizations.name, role: memberships.role })
    .from(memberships)
    .innerJoin(organizations, eq(organizations.id, memberships.orgId))
    .where(eq(memberships.userId, user));
  const { id, email, name, platformRole } = row;
  return { id, email, name, platformRole, organizations: organizationRows } as Me;
}
