/** A new value that the fabric makes itself, by hand or when it is time. */
import { Refusal } from '../../schema/refusal.ts';
import type { Act } from '../act.ts';
import { recordAct } from '../act.ts';
import type { Tx } from '../db.ts';
import type { Sealer } from '../keys/envelope.ts';
import { generateSecret } from './generate.ts';
import { addVersion, type SecretRow } from './versions.ts';

/** @returns the new version's number. @throws Refusal `bad_request` where people put the values */
export async function rotate(tx: Tx, master: Sealer, secret: SecretRow, act: Act): Promise<number> {
  if (secret.generated === null)
    throw new Refusal('bad_request', 'the fabric did not make this secret: put a new value yourself');
  const made = await generateSecret(secret.generated, secret.name);
  const version = await addVersion(tx, master, secret, { ...made, by: act.actor, now: act.now });
  await recordAct(tx, act, 'secret.rotated', secret.id, { generation: version });
  return version;
}
