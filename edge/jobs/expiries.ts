/** Takes away what time has ended: a bounded number at a time. One line per kind. */
import { type SQL, sql } from 'drizzle-orm';
import { inBatches, type Job } from './job.ts';

const BATCH = 1_000;

interface Expiry {
  readonly table: string;
  /** True for rows that may go, given now. */
  readonly over: (now: Date) => SQL;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const before = (now: Date, ms: number) => new Date(now.getTime() - ms).toISOString();

export const EXPIRIES: readonly Expiry[] = [
  { table: 'refresh_tokens', over: (now) => sql`expires_at < ${before(now, 0)}` },
  // A little longer than the tokens they guard against are good for.
  { table: 'used_assertions', over: (now) => sql`expires_at < ${before(now, HOUR_MS)}` },
  { table: 'attachments', over: (now) => sql`expires_at < ${before(now, DAY_MS)}` },
  { table: 'bootstrap_tokens', over: (now) => sql`expires_at < ${before(now, 30 * DAY_MS)}` },
  { table: 'node_requests', over: (now) => sql`expires_at < ${before(now, 30 * DAY_MS)}` },
  // Who was away for longer is told all anew.
  { table: 'snapshot_changes', over: (now) => sql`created_at < ${before(now, HOUR_MS / 4)}` },
  { table: 'events', over: (now) => sql`created_at < ${before(now, 7 * DAY_MS)}` },
  { table: 'key_uses', over: (now) => sql`minute < ${before(now, 90 * DAY_MS)}` },
  { table: 'dead_events', over: (now) => sql`created_at < ${before(now, 30 * DAY_MS)}` },
  // The audit trail keeps it for as long as the organization wants.
  { table: 'secret_uses', over: (now) => sql`created_at < ${before(now, 400 * DAY_MS)}` },
  {
    table: 'webhook_deliveries',
    over: (now) => sql`state <> 'pending' and created_at < ${before(now, 30 * DAY_MS)}`,
  },
];

export const expiriesJob: Job = {
  name: 'expiries',
  intervalS: 60,
  run: async (context) => {
    const { db, now } = context.services;
    let gone = 0;
    for (const { table, over } of EXPIRIES) {
      const name = sql.identifier(table);
      gone += await inBatches(context, BATCH, async (size) => {
        const old = sql`select ctid from ${name} where ${over(new Date(now()))} limit ${size}`;
        const rows = await db.platform((tx) =>
          tx.execute(sql`delete from ${name} where ctid in (${old}) returning 1`),
        );
        return rows.length;
      });
    }
    return gone;
  },
};
