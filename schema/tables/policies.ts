/**
 * Row-level security (PostgreSQL 5.9). `fabric_tenant` sees the rows of the organization its transaction names, `fabric_platform` all; neither owns
 * a table nor bypasses policies. After a transaction the setting is an empty string, hence `nullif`.
 */
import { sql } from 'drizzle-orm';
import { type AnyPgColumn, pgPolicy, pgRole } from 'drizzle-orm/pg-core';

export const tenantRole = pgRole('fabric_tenant').existing();
export const platformRole = pgRole('fabric_platform').existing();
/** Owns the functions that link, number and trim the audit chains; nobody signs in or acts as it. */
export const auditorRole = pgRole('fabric_auditor').existing();

export const currentOrg = sql`nullif(current_setting('app.org', true), '')::uuid`;

/** The policies of a table whose rows belong to one organization each. */
export function tenantPolicies(table: string, org: AnyPgColumn) {
  return [
    pgPolicy(`${table}_tenant`, {
      to: tenantRole,
      using: sql`${org} = ${currentOrg}`,
      withCheck: sql`${org} = ${currentOrg}`,
    }),
    platformPolicy(table),
  ];
}

/** Without a tenant policy beside it, the table is out of every tenant's sight. */
export function platformPolicy(table: string) {
  return pgPolicy(`${table}_platform`, { to: platformRole, using: sql`true`, withCheck: sql`true` });
}

export function auditorPolicy(table: string) {
  return pgPolicy(`${table}_auditor`, { to: auditorRole, using: sql`true`, withCheck: sql`true` });
}
