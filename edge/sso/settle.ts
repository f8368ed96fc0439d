/** The way back from a provider: the attempt is taken, the proof checked, the person admitted, and a one-time code sent to the program that began it. */
import { lt } from 'drizzle-orm';
import type { IdentityProviderId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { ssoAssertions } from '../../schema/tables/index.ts';
import { record } from '../audit.ts';
import type { Tx } from '../db.ts';
import type { Services } from '../services.ts';
import { attemptOver, type Expected, issueCode, take } from './attempts.ts';
import type { Identity } from './identity.ts';
import { loadProvider, type Provider } from './providers.ts';
import { type Admission, admit } from './provision.ts';

export interface Proof {
  readonly identity: Identity;
  /** What may be accepted once, where the provider gives it a name. */
  readonly once?: { readonly assertion: string; readonly until: Date };
}

interface Return {
  readonly services: Services;
  readonly requestId: string;
  readonly provider: IdentityProviderId;
  readonly state: string;
}

/** @returns the address to send the person's browser to @throws Refusal when nobody here began this sign-in */
export async function settle(
  { services, requestId, provider: id, state }: Return,
  prove: (provider: Provider, expected: Expected) => Promise<Proof>,
): Promise<string> {
  const { db, master, now, log, env } = services;
  const attempt = await db.platform((tx) => take(tx, master, now(), state, id));
  if (!attempt) throw attemptOver();
  const backTo = (word: 'code' | 'error', value: string) =>
    returnAddress(env.FABRIC_PUBLIC_URL, attempt.returnTo, word, value);
  try {
    const provider = await db.platform((tx) => loadProvider(tx, master, id));
    const proof = await prove(provider, attempt.expected).catch(async (error: unknown) => {
      if (error instanceof Refusal) await db.platform((tx) => recordRefusal(tx, provider, requestId, error));
      throw error;
    });
    const outcome = await db.platform(async (tx) => {
      const admission = await admitOnce(tx, provider, proof, { now: now(), requestId });
      if (!admission.admitted) return admission.refusal;
      return issueCode(tx, now(), { user: admission.user, provider: id, challenge: attempt.challenge });
    });
    if (outcome instanceof Refusal) throw outcome;
    return backTo('code', outcome);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    log.info({ requestId, provider: id, code: error.code, reason: error.message }, 'sign-in refused');
    return backTo('error', error.code);
  }
}

async function admitOnce(
  tx: Tx,
  provider: Provider,
  { identity, once }: Proof,
  circumstances: { now: number; requestId: string },
): Promise<Admission> {
  if (once && !(await isFirst(tx, provider, once, circumstances.now))) {
    const refusal = new Refusal('token_replayed', 'this assertion was used before');
    await recordRefusal(tx, provider, circumstances.requestId, refusal);
    return { admitted: false, refusal };
  }
  return admit(tx, provider, identity, circumstances);
}

async function isFirst(
  tx: Tx,
  provider: Provider,
  { assertion, until }: NonNullable<Proof['once']>,
  now: number,
): Promise<boolean> {
  await tx.delete(ssoAssertions).where(lt(ssoAssertions.expiresAt, new Date(now)));
  const marked = await tx
    .insert(ssoAssertions)
    .values({ providerId: provider.id, assertion, expiresAt: until })
    .onConflictDoNothing()
    .returning({ assertion: ssoAssertions.assertion });
  return marked.length === 1;
}

export async function recordRefusal(
  tx: Tx,
  provider: Provider,
  requestId: string,
  refusal: Refusal,
): Promise<void> {
  await record(tx, {
    org: provider.org,
    actor: 'anonymous',
    action: 'sign-in.refused',
    subject: provider.id,
    reason: `${refusal.code}: ${refusal.message}`.slice(0, 300),
    requestId,
  });
}

/** The console gets it behind `#`, which no server sees; a command line on its own loopback listener. */
function returnAddress(publicUrl: string, returnTo: string, word: 'code' | 'error', value: string): string {
  const query = new URLSearchParams({ [word]: value });
  return returnTo === 'console' ? new URL(`/#/sso?${query}`, publicUrl).href : `${returnTo}?${query}`;
}
