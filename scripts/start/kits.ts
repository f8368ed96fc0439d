/** The demo's emergency kits, as each person would have printed their own. Files of mode 0600. */
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../../agent/atomic-file.ts';
import { kitText } from '../../schema/sign-in/emergency-kit.ts';
import type { Account } from './settings.ts';

/** @returns the folder */
export async function writeKits(
  data: string,
  address: string,
  accounts: readonly Account[],
): Promise<string> {
  const folder = join(data, 'emergency-kits');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  for (const { email, secretKey } of accounts)
    await writeAtomically(join(folder, `${email}.txt`), kitText({ address, email, secretKey }));
  return folder;
}
