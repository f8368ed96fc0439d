/** A real PostgreSQL for tests, migrated, with the platform's owner; thrown away afterwards. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { masterSealer, type Sealer } from '../../edge/keys/envelope.ts';
import { initialize, migrate } from '../../edge/setup/setup.ts';
import { newSecretKey } from '../../schema/sign-in/secret-key.ts';
import { startPostgres } from '../../scripts/start/postgres.ts';
import { Processes } from '../../scripts/start/processes.ts';
import { freePort } from '../../scripts/start/settings.ts';

export interface TestDatabase extends AsyncDisposable {
  readonly ownerUrl: string;
  readonly apiUrl: string;
  readonly master: Sealer;
}

export const MASTER_KEY = Buffer.alloc(32, 7).toString('base64url');
/** Everyone's in these tests. */
export const SECRET_KEY = newSecretKey(new Uint8Array(29).fill(3));
export const PLATFORM_OWNER = {
  email: 'platform@test.test',
  name: 'Platform Owner',
  password: 'a long enough password',
  secretKey: SECRET_KEY,
};

export async function startDatabase(): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'fabric-db-'));
  chmodSync(folder, 0o755);
  const processes = new Processes(folder);
  const server = await startPostgres(processes, folder, (await freePort(0)) ?? 0, 'owner-password');
  await migrate(server.ownerUrl, 'api-password');
  const apiUrl = server.url('fabric_api', 'api-password');
  const master = await masterSealer(MASTER_KEY);
  await initialize(apiUrl, master, PLATFORM_OWNER);
  return {
    ownerUrl: server.ownerUrl,
    apiUrl,
    master,
    [Symbol.asyncDispose]: async () => {
      await processes.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
