/** Brings a database up to date and makes the first account. Run with the owner's connection, never by the API itself. */
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';
import { UserId } from '../../schema/ids.ts';
import { enrolVerifier, normalEmail } from '../../schema/sign-in/two-secret.ts';
import { keys, users } from '../../schema/tables/index.ts';
import { openDatabase } from '../db.ts';
import { keepDerivationRoot } from '../keys/derivation-root.ts';
import type { Sealer } from '../keys/envelope.ts';
import { createSigningKey } from '../keys/signing.ts';
import { saveVerifier } from '../sign-in/password.ts';

const MIGRATIONS = new URL('../../schema/migrations', import.meta.url).pathname;
/** Any number, the same for every caller: one migrates, the others wait. */
const LOCK = 7_305_211;

/**
 * Makes the roles, applies what is missing of schema/migrations. Idempotent.
 * @param apiPassword password of the login role `fabric_api`, letters, digits, - and _ only
 */
export async function migrate(ownerUrl: string, apiPassword: string): Promise<void> {
  if (!/^[\w-]+$/.test(apiPassword))
    throw new Error('the password of fabric_api may hold letters, digits, - and _ only');
  await applyMigrations(ownerUrl, MIGRATIONS, `alter role fabric_api password '${apiPassword}';`);
}

/** @param after what else to do once the roles are there */
export async function applyMigrations(ownerUrl: string, migrationsFolder: string, after = ''): Promise<void> {
  const client = postgres(ownerUrl, { max: 1, onnotice: () => {} });
  try {
    await client`select pg_advisory_lock(${LOCK})`;
    await client.unsafe(`
      do $$ begin
        if not exists (select 1 from pg_roles where rolname = 'fabric_tenant') then create role fabric_tenant nologin; end if;
        if not exists (select 1 from pg_roles where rolname = 'fabric_platform') then create role fabric_platform nologin; end if;
        if not exists (select 1 from pg_roles where rolname = 'fabric_auditor') then create role fabric_auditor nologin; end if;
        if not exists (select 1 from pg_roles where rolname = 'fabric_api') then
          create role fabric_api login noinherit in role fabric_tenant, fabric_platform;
        end if;
      end $$;
      ${after}`);
    await runMigrations(drizzle(client), { migrationsFolder });
  } finally {
    await client.end();
  }
}

/** The platform's access-token key and its owner's account, unless they exist. */
export async function initialize(
  apiUrl: string,
  master: Sealer,
  owner: { email: string; name: string; password: string; secretKey: string },
): Promise<void> {
  const db = openDatabase(apiUrl, 1);
  try {
    await db.platform(async (tx) => {
      const [key] = await tx.select({ id: keys.id }).from(keys).limit(1);
      if (!key) {
        await createSigningKey(tx, master, 'access', null);
        await keepDerivationRoot(tx, master);
      }
      const { name } = owner;
      const email = normalEmail(owner.email);
      const [made] = await tx
        .insert(users)
        .values({ email, name, platformRole: 'platform_owner' })
        .onConflictDoNothing()
        .returning({ id: users.id });
      if (made) await saveVerifier(tx, master, UserId.parse(made.id), await enrolVerifier(owner));
    });
  } finally {
    await db.close();
  }
}
