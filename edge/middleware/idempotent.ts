/**
 * A POST that carries `Idempotency-Key` is done once, however often it is sent: the key, what the call did and what it was answered are one transaction. A
 * repeat gets the same answer; another call under the same key is refused. What was refused leaves nothing behind, so it may be tried again with the same key.
 *
 * (After draft-ietf-httpapi-idempotency-key-header; per caller, for a day.)
 */
import { createMiddleware } from 'hono/factory';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { z } from 'zod';
import { Refusal } from '../../schema/refusal.ts';
import { textOctets, toText } from '../../schema/sign-in/octets.ts';
import { isBusy, type Tx } from '../db.ts';
import { claimKey, keepAnswer } from '../idempotency-store.ts';
import { derivationRoot } from '../keys/derivation-root.ts';
import { derivedOctets } from '../keys/derived.ts';
import type { AppBindings, Services } from '../services.ts';

export const IDEMPOTENCY_HEADER = 'Idempotency-Key';
const Key = z.string().regex(/^[\x21-\x7e]{8,128}$/);
const Answer = z.object({ status: z.int(), type: z.string().nullable(), body: z.string() });
type Answer = z.infer<typeof Answer>;

/** The work was refused: nothing of it stays. */
class Refused extends Error {}

/** Behind the checks of who calls, before the handler. */
export const idempotent = createMiddleware<AppBindings>(async (c, next) => {
  const given = c.req.header(IDEMPOTENCY_HEADER);
  if (given === undefined || c.req.method !== 'POST') return next();
  const key = Key.safeParse(given);
  if (!key.success)
    throw new Refusal('bad_request', `${IDEMPOTENCY_HEADER} takes 8 to 128 visible characters`);
  const services = c.get('services');
  const request = `${c.req.path}${new URL(c.req.url).search}\n${await c.req.text()}`;
  const caller = {
    caller: `user:${c.get('caller').user}`,
    key: key.data,
    now: services.now(),
  };
  const place = `idempotency:${caller.caller}:${caller.key}`;

  const applied = services.db.together(async (db) => {
    const [claim, known] = await db.platform(async (tx) => {
      const made = { ...caller, request: await digest(tx, services, request) };
      return [made, await claimKey(tx, made)] as const;
    });
    if (known !== undefined) return answerFrom(await services.master.open(known, place));
    c.set('services', { ...services, db });
    await next();
    if (c.error || !c.res.ok) throw new Refused();
    const answer = await services.master.seal(await answerOf(c.res), place);
    await db.platform((tx) => keepAnswer(tx, claim, answer));
    return undefined;
  });
  const again = await applied.catch((error: unknown) => {
    if (error instanceof Refused) return undefined;
    throw isBusy(error) ? new Refusal('overloaded', 'this call is being done right now: ask again') : error;
  });
  c.set('services', services);
  if (!again) return;
  c.header('idempotency-replayed', 'true');
  if (again.type === null) return c.body(null, again.status as 204);
  return c.body(again.body, again.status as ContentfulStatusCode, { 'content-type': again.type });
});

/** Under a key: a request may hold a password, and a bare hash of that in the database could be guessed at. */
async function digest(tx: Tx, { master, env }: Services, text: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', textOctets(text)));
  const root = await derivationRoot(tx, master, env);
  return toText(await derivedOctets(root, 'idempotent requests', toText(hash), 32));
}

async function answerOf(response: Response): Promise<Uint8Array> {
  const copy = response.clone();
  const answer: Answer = {
    status: copy.status,
    type: copy.headers.get('content-type'),
    body: await copy.text(),
  };
  return new TextEncoder().encode(JSON.stringify(answer));
}

function answerFrom(plain: Uint8Array): Answer {
  return Answer.parse(JSON.parse(new TextDecoder().decode(plain)));
}
