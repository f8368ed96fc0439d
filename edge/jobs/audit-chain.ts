/**
 * The audit chains' own upkeep. Checkpoints: what came since the last one is verified first, then its end is signed; a chain that does not verify is never signed, and
 * the job says which entry. Retention: old entries go by the database's function, which alone may remove any, up to a checkpoint.
 */
import { asc, desc, eq, isNotNull, sql } from 'drizzle-orm';
import { SignJWT } from 'jose';
import { CHECKPOINT_TYP, ChainCheck, type Checkpoint, PLATFORM_CHAIN } from '../../schema/audit.ts';
import type { OrgId } from '../../schema/ids.ts';
import { chains, checkpoints, keys } from '../../schema/tables/index.ts';
import { record } from '../audit.ts';
import type { Tx } from '../db.ts';
import { createSigningKey, loadSigner, type Signer } from '../keys/signing.ts';
import { auditAfter } from '../resources/audit/store.ts';
import type { Services } from '../services.ts';
import type { Job } from './job.ts';

const CHAINS = 100;
/** Entries between two checkpoints at most, and how many go at a time. */
const ENTRIES = 1_000;
const TRIM = 5_000;
/** Any number, the same for every caller. */
const KEY_LOCK = 7_305_212;

export const checkpointsJob: Job = {
  name: 'audit-checkpoints',
  intervalS: 60,
  run: async ({ services, until }) => {
    const { db, now } = services;
    const signer = await auditSigner(services);
    let done = 0;
    const broken: string[] = [];
    for (let after: string = PLATFORM_CHAIN; ; ) {
      const page = await db.platform((tx) => behind(tx, after));
      for (const { chain, signed } of page) {
        let at = signed;
        for (let next: Checkpoint | undefined; now() < until; at = next, done += 1) {
          try {
            next = await db.platform((tx) => checkpointOne(tx, chain, at, signer, now()));
          } catch (error) {
            if (!(error instanceof BrokenChain)) throw error;
            broken.push(error.message);
            break;
          }
          if (!next) break;
        }
        after = chain;
      }
      if (page.length < CHAINS || now() >= until) break;
    }
    if (broken.length > 0) throw new BrokenChain(broken.join('; '));
    return done;
  },
};

class BrokenChain extends Error {
  override readonly name = 'BrokenChain';
}

async function auditSigner({ db, master }: Services): Promise<Signer> {
  return db.platform(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${KEY_LOCK})`);
    const [key] = await tx.select({ id: keys.id }).from(keys).where(eq(keys.purpose, 'audit')).limit(1);
    if (!key) await createSigningKey(tx, master, 'audit', null);
    return loadSigner(tx, master, 'audit', null);
  });
}

/** Chains that have entries after their last checkpoint. The nil UUID sorts first, hence `>=` for it. */
async function behind(tx: Tx, after: string) {
  const last = sql<number>`coalesce((select max(${checkpoints.seq}) from ${checkpoints} where ${checkpoints.chain} = ${chains.chain}), 0)`;
  const further =
    after === PLATFORM_CHAIN ? sql`${chains.chain} >= ${after}` : sql`${chains.chain} > ${after}`;
  const rows = await tx
    .select({ chain: chains.chain, last: last.mapWith(Number) })
    .from(chains)
    .where(sql`${further} and ${chains.auditSeq} > ${last}`)
    .orderBy(asc(chains.chain))
    .limit(CHAINS);
  return Promise.all(
    rows.map(async ({ chain }) => {
      const [row] = await tx
        .select({ seq: checkpoints.seq, hash: checkpoints.hash })
        .from(checkpoints)
        .where(eq(checkpoints.chain, chain))
        .orderBy(desc(checkpoints.seq))
        .limit(1);
      return { chain, signed: row ? { chain, ...row } : undefined };
    }),
  );
}

/** Verifies what follows `from` and signs where it ends. @throws BrokenChain */
async function checkpointOne(
  tx: Tx,
  chain: string,
  from: Checkpoint | undefined,
  signer: Signer,
  now: number,
): Promise<Checkpoint | undefined> {
  const [head] = await tx.select().from(chains).where(eq(chains.chain, chain));
  const after = from?.seq ?? 0;
  if (!head || head.auditSeq <= after) return undefined;
  const page = { after, upTo: head.auditSeq, limit: ENTRIES };
  const entries = await auditAfter(tx, chain, {}, page);
  const check = new ChainCheck(chain, from ? [from] : []);
  // The checkpoint it hangs on is itself not among the entries.
  for (const entry of entries) if (!(await check.add(entry))) break;
  const last = entries.at(-1);
  const finding = check.finish(
    entries.length < ENTRIES ? { seq: head.auditSeq, hash: head.auditHash } : undefined,
  );
  if (!finding.ok) throw new BrokenChain(`audit chain ${chain}: entry ${finding.seq} ${finding.reason}`);
  if (!last) return undefined;
  const checkpoint = { chain, seq: last.seq, hash: last.hash };
  const signed = await new SignJWT({ ...checkpoint })
    .setProtectedHeader({ alg: 'EdDSA', typ: CHECKPOINT_TYP, kid: signer.kid })
    .setIssuedAt(Math.floor(now / 1000))
    .sign(signer.key);
  await tx
    .insert(checkpoints)
    .values({ ...checkpoint, signed })
    .onConflictDoNothing();
  return checkpoint;
}

export const trimJob: Job = {
  name: 'audit-retention',
  intervalS: 3_600,
  run: async ({ services, until }) => {
    const { db, now } = services;
    const kept = await db.platform((tx) =>
      tx
        .select({ chain: chains.chain })
        .from(chains)
        .where(isNotNull(chains.retentionDays))
        .orderBy(asc(chains.chain)),
    );
    let gone = 0;
    for (const { chain } of kept) {
      if (now() >= until) break;
      gone += await db.platform((tx) => trimOne(tx, chain));
    }
    return gone;
  },
};

async function trimOne(tx: Tx, chain: string): Promise<number> {
  const [row] = await tx.execute<{ gone: string }>(sql`select audit_trim(${chain}::uuid, ${TRIM}) as gone`);
  const gone = Number(row?.gone ?? 0);
  if (gone === 0) return 0;
  await record(tx, {
    org: chain === PLATFORM_CHAIN ? null : (chain as OrgId),
    actor: 'system',
    action: 'audit.trim',
    detail: { entries: gone },
    requestId: 'job:audit-retention',
  });
  return gone;
}
