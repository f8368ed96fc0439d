/** Whether an organization is suspended: then nobody does anything in it, until the platform resumes it. */
import { eq, sql } from 'drizzle-orm';
import type { OrgId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { organizations } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';
import { compiled } from '../db-compiled.ts';

const suspension = compiled<{ org: OrgId }, { since: Date | null }[]>((tx) =>
  tx
    .select({ since: organizations.suspendedAt })
    .from(organizations)
    .where(eq(organizations.id, sql.placeholder('org'))),
);

/** For those who belong there: a stranger does not learn even that. @throws Refusal `organization_suspended` */
export async function requireActive(tx: Tx, org: OrgId): Promise<void> {
  const [row] = await suspension(tx, { org });
  if (row?.since) throw new Refusal('organization_suspended');
}
