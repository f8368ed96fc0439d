/** What time does to secrets: new values where the fabric makes them, a reminder where people do, and the end of overlaps. Also takes in credentials of before there were secrets. */
import { and, asc, eq, exists, isNotNull, isNull, lte } from 'drizzle-orm';
import type { OrgId, SecretId } from '../../schema/ids.ts';
import { credentials, organizations, secrets, secretVersions } from '../../schema/tables/index.ts';
import { type Act, recordAct } from '../act.ts';
import type { Tx } from '../db.ts';
import { adoptCredential } from '../secrets/adopt.ts';
import { rotate } from '../secrets/rotate.ts';
import { lockSecret, type SecretRow } from '../secrets/versions.ts';
import type { Services } from '../services.ts';
import { inBatches, type Job } from './job.ts';

const BATCH = 50;

export const secretsJob: Job = {
  name: 'secrets',
  intervalS: 60,
  run: async (context) => {
    const { services } = context;
    let done = 0;
    for (const step of [adoptSome, rotateSome, endOverlaps])
      done += await inBatches(context, BATCH, (size) => step(services, size));
    return done;
  },
};

/** Each by itself: one that does not open holds up no other. */
async function adoptSome({ db, master, now, log }: Services, size: number): Promise<number> {
  const rows = await db.platform((tx) =>
    tx.select().from(credentials).where(isNotNull(credentials.sealed)).limit(size),
  );
  let adopted = 0;
  for (const { resourceId } of rows) {
    try {
      adopted += await db.platform(async (tx) => {
        const [row] = await tx
          .select()
          .from(credentials)
          .where(and(eq(credentials.resourceId, resourceId), isNotNull(credentials.sealed)))
          .for('update', { skipLocked: true });
        if (row) await adoptCredential(tx, master, row, new Date(now()));
        return row ? 1 : 0;
      });
    } catch {
      // Without the error: a parser's may quote what it read.
      log.error({ resource: resourceId }, 'a credential of before there were secrets does not open');
    }
  }
  // A batch in which some did not open counts as not full, or they would be tried again and again.
  return adopted === rows.length ? adopted : 0;
}

function rotateSome({ db, master, now }: Services, size: number): Promise<number> {
  const at = new Date(now());
  return db.platform(async (tx) => {
    const due = await tx
      .select()
      .from(secrets)
      .where(
        and(
          lte(secrets.nextRotationAt, at),
          isNull(secrets.dueSince),
          exists(
            tx
              .select({ id: organizations.id })
              .from(organizations)
              .where(and(eq(organizations.id, secrets.orgId), isNull(organizations.suspendedAt))),
          ),
        ),
      )
      .orderBy(asc(secrets.nextRotationAt))
      .limit(size)
      .for('update', { skipLocked: true });
    for (const secret of due) {
      const org = secret.orgId as OrgId;
      const act: Act = { org, actor: 'system', requestId: 'job:secrets', now: at };
      if (secret.generated === null) await remind(tx, secret, act);
      else await rotate(tx, master, await lockSecret(tx, org, secret.id as SecretId), act);
    }
    return due.length;
  });
}

/** Once, until somebody puts a new value. */
async function remind(tx: Tx, { id, name }: SecretRow, act: Act): Promise<void> {
  await tx.update(secrets).set({ dueSince: act.now }).where(eq(secrets.id, id));
  await recordAct(tx, act, 'secret.rotation_due', id, { reason: `named ${name}` });
}

function endOverlaps({ db, now }: Services, size: number): Promise<number> {
  return db.platform(async (tx) => {
    const over = await tx
      .select({ secretId: secretVersions.secretId, version: secretVersions.version })
      .from(secretVersions)
      .where(and(eq(secretVersions.state, 'previous'), lte(secretVersions.overlapUntil, new Date(now()))))
      .limit(size)
      .for('update', { skipLocked: true });
    for (const { secretId, version } of over)
      await tx
        .update(secretVersions)
        .set({ state: 'retired', overlapUntil: null })
        .where(and(eq(secretVersions.secretId, secretId), eq(secretVersions.version, version)));
    return over.length;
  });
}
