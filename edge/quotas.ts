/** What an organization may have of each thing, and whether there is room for one more. */
import { and, count, eq, gt, inArray, isNotNull, isNull, or, type SQL, sql } from 'drizzle-orm';
import type { OrgId } from '../schema/ids.ts';
import { type Counted, DEFAULT_QUOTAS, type Quotas } from '../schema/quotas.ts';
import { Refusal } from '../schema/refusal.ts';
import {
  apiKeys,
  invitations,
  memberships,
  organizationQuotas,
  resources,
  sessions,
} from '../schema/tables/index.ts';
import type { Tx } from './db.ts';

/** A session that no node has taken up for so long takes no place any more. */
const UNSTARTED_MS = 2 * 60_000;

export async function quotasOf(tx: Tx, org: OrgId): Promise<Quotas> {
  const [row] = await tx
    .select({ quotas: organizationQuotas.quotas })
    .from(organizationQuotas)
    .where(eq(organizationQuotas.orgId, org));
  return { ...DEFAULT_QUOTAS, ...row?.quotas };
}

export async function usedOf(tx: Tx, org: OrgId, now: number): Promise<Record<Counted, number>> {
  const [sessionCount, members, resourceCount, keys] = await Promise.all([
    used(tx, org, 'sessions', now),
    used(tx, org, 'members', now),
    used(tx, org, 'resources', now),
    used(tx, org, 'apiKeys', now),
  ]);
  return { sessions: sessionCount, members, resources: resourceCount, apiKeys: keys };
}

/** To be called in the transaction that adds one: others that add the same wait for it. @throws Refusal `quota_exceeded` */
export async function requireRoom(tx: Tx, org: OrgId, name: Counted, now: number): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${`quota:${name}`}), hashtext(${org}))`);
  const max = (await quotasOf(tx, org))[name];
  if ((await used(tx, org, name, now)) >= max) throw exceeded(name, max);
}

export function exceeded(name: Counted | 'requestsPerMinute', max: number): Refusal {
  return new Refusal(
    'quota_exceeded',
    `this organization may have ${max} ${WORDS[name]} (its limit "${name}"): end or remove some, or ask the platform for more`,
  );
}

const WORDS: Readonly<Record<Counted | 'requestsPerMinute', string>> = {
  sessions: 'sessions at a time',
  members: 'members',
  resources: 'resources',
  apiKeys: 'live API keys',
  requestsPerMinute: 'requests a minute',
};

async function used(tx: Tx, org: OrgId, name: Counted, now: number): Promise<number> {
  const [row] = await USED[name](tx, org, now);
  return row?.n ?? 0;
}

type Count = (tx: Tx, org: OrgId, now: number) => Promise<{ n: number }[]>;

const USED: Readonly<Record<Counted, Count>> = {
  sessions: (tx, org, now) =>
    tx
      .select({ n: count() })
      .from(sessions)
      .where(and(eq(sessions.orgId, org), occupies(now))),
  members: async (tx, org, now) => {
    const [[belonging], [invited]] = await Promise.all([
      tx.select({ n: count() }).from(memberships).where(eq(memberships.orgId, org)),
      tx.select({ n: count() }).from(invitations).where(offered(org, now)),
    ]);
    return [{ n: (belonging?.n ?? 0) + (invited?.n ?? 0) }];
  },
  resources: (tx, org) => tx.select({ n: count() }).from(resources).where(eq(resources.orgId, org)),
  apiKeys: (tx, org, now) =>
    tx
      .select({ n: count() })
      .from(apiKeys)
      .where(and(eq(apiKeys.orgId, org), isNull(apiKeys.revokedAt), gt(apiKeys.expiresAt, new Date(now)))),
};

/** Whoever may still accept has a place. */
function offered(org: OrgId, now: number): SQL | undefined {
  return and(
    eq(invitations.orgId, org),
    isNotNull(invitations.role),
    isNull(invitations.usedAt),
    isNull(invitations.revokedAt),
    gt(invitations.expiresAt, new Date(now)),
  );
}

function occupies(now: number): SQL | undefined {
  return or(
    inArray(sessions.state, ['active', 'detached']),
    and(
      inArray(sessions.state, ['requested', 'starting']),
      gt(sessions.changedAt, new Date(now - UNSTARTED_MS)),
    ),
  );
}
