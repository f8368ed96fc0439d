/** What seals and opens under an organization's data key. */
import { eq } from 'drizzle-orm';
import { Refusal } from '../../schema/refusal.ts';
import { organizations } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';
import { dataKeySealer, type Sealer } from './envelope.ts';
import { recordKeyUse, type UseOfKey } from './uses.ts';

/** For one use, which the organization is told of. @throws Refusal `not_found` */
export async function orgSealer(tx: Tx, master: Sealer, use: UseOfKey): Promise<Sealer> {
  const { org } = use;
  const [row] = await tx
    .select({ key: organizations.sealedDataKey })
    .from(organizations)
    .where(eq(organizations.id, org));
  if (!row) throw new Refusal('not_found');
  await recordKeyUse(tx, use);
  return dataKeySealer(master, org, row.key);
}
