/** Passkeys, the authenticator app, and recovery codes. */
import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import {
  ConfirmAuthenticator,
  NewAuthenticator,
  PasskeyView,
  RecoveryCodes,
  RegisterPasskey,
  RenamePasskey,
} from '../../../schema/api/security.ts';
import { PasskeyChallenge } from '../../../schema/api/sign-in.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { authenticators, passkeys, recoveryCodes } from '../../../schema/tables/index.ts';
import { forPersonsProvenAnew } from '../../access.ts';
import { isDuplicate, type Tx } from '../../db.ts';
import { answers, answersNothing, createRoute, json, newRouter } from '../../routes.ts';
import { newAuthenticator, useCode } from '../../sign-in/authenticator.ts';
import { finishRegistration, startRegistration } from '../../sign-in/passkeys.ts';
import { describeUser } from '../../sign-in/people.ts';
import { renewRecoveryCodes } from '../../sign-in/recovery-codes.ts';
import { secondFactorsOf } from '../../sign-in/second-factor.ts';
import { totpUri } from '../../sign-in/totp.ts';
import { note } from './note.ts';

const One = z.object({ id: z.uuid() });
const Nothing = json(z.strictObject({}));
const startPasskey = createRoute({
  ...forPersonsProvenAnew,
  method: 'post',
  path: '/v1/me/passkeys/start',
  summary: 'Begin to add a passkey: a challenge',
  request: { body: Nothing },
  responses: answers(200, PasskeyChallenge),
});
const addPasskey = createRoute({
  ...forPersonsProvenAnew,
  method: 'post',
  path: '/v1/me/passkeys',
  summary: 'Add a passkey',
  request: { body: json(RegisterPasskey) },
  responses: answers(201, PasskeyView),
});
const renamePasskey = createRoute({
  ...forPersonsProvenAnew,
  method: 'patch',
  path: '/v1/me/passkeys/{id}',
  summary: 'Rename a passkey',
  request: { params: One, body: json(RenamePasskey) },
  responses: answersNothing,
});
const removePasskey = createRoute({
  ...forPersonsProvenAnew,
  method: 'delete',
  path: '/v1/me/passkeys/{id}',
  summary: 'Remove a passkey',
  request: { params: One },
  responses: answersNothing,
});
const startAuthenticator = createRoute({
  ...forPersonsProvenAnew,
  method: 'post',
  path: '/v1/me/authenticator',
  summary: 'Begin to add an authenticator app: its secret',
  request: { body: Nothing },
  responses: answers(201, NewAuthenticator),
});
const confirmAuthenticator = createRoute({
  ...forPersonsProvenAnew,
  method: 'post',
  path: '/v1/me/authenticator/confirm',
  summary: 'Confirm the authenticator with a code: recovery codes, shown once',
  request: { body: json(ConfirmAuthenticator) },
  responses: answers(200, RecoveryCodes),
});
const removeAuthenticator = createRoute({
  ...forPersonsProvenAnew,
  method: 'delete',
  path: '/v1/me/authenticator',
  summary: 'Remove the authenticator',
  responses: answersNothing,
});
const renewCodes = createRoute({
  ...forPersonsProvenAnew,
  method: 'post',
  path: '/v1/me/recovery-codes',
  summary: 'Make new recovery codes: the old ones end',
  request: { body: Nothing },
  responses: answers(200, RecoveryCodes),
});

/** Passkeys are made by a person, one at a time. */
const MOST_PASSKEYS = 20;
const CONFIRM_TRIES = { name: 'authenticator-confirm', max: 10, windowS: 300 };

export const secondFactors = newRouter();

secondFactors.openapi(startPasskey, async (c) => {
  const services = c.get('services');
  const challenge = await services.db.platform(async (tx) => {
    const { user } = c.get('caller');
    const own = await tx.select({ id: passkeys.id }).from(passkeys).where(eq(passkeys.userId, user));
    if (own.length >= MOST_PASSKEYS)
      throw new Refusal('conflict', 'remove a passkey first: there are twenty');
    return startRegistration(tx, services, await describeUser(tx, user));
  });
  return c.json(challenge, 200);
});

secondFactors.openapi(addPasskey, async (c) => {
  const services = c.get('services');
  const wanted = c.req.valid('json');
  const id = await services.db
    .platform(async (tx) => {
      const made = await finishRegistration(tx, services, c.get('caller').user, wanted);
      await note(tx, c, 'passkey.add', wanted.name);
      return made;
    })
    .catch((error: unknown) => {
      throw isDuplicate(error) ? new Refusal('conflict', 'this passkey is registered already') : error;
    });
  const createdAt = new Date(services.now()).toISOString();
  return c.json({ id, name: wanted.name, createdAt, lastUsedAt: null }, 201);
});

secondFactors.openapi(renamePasskey, async (c) => {
  const { id } = c.req.valid('param');
  const { name } = c.req.valid('json');
  await c.get('services').db.platform(async (tx) => {
    const renamed = await tx
      .update(passkeys)
      .set({ name })
      .where(and(eq(passkeys.id, id), eq(passkeys.userId, c.get('caller').user)))
      .returning({ id: passkeys.id });
    if (renamed.length === 0) throw new Refusal('not_found');
  });
  return c.body(null, 204);
});

/** Recovery codes stand in for a second factor: without one they are nothing. */
async function dropIdleCodes(tx: Tx, user: Parameters<typeof secondFactorsOf>[1]): Promise<void> {
  if ((await secondFactorsOf(tx, user)).length === 0)
    await tx.delete(recoveryCodes).where(eq(recoveryCodes.userId, user));
}

secondFactors.openapi(removePasskey, async (c) => {
  const { id } = c.req.valid('param');
  const { user } = c.get('caller');
  await c.get('services').db.platform(async (tx) => {
    const removed = await tx
      .delete(passkeys)
      .where(and(eq(passkeys.id, id), eq(passkeys.userId, user)))
      .returning({ name: passkeys.name });
    if (removed.length === 0) throw new Refusal('not_found');
    await dropIdleCodes(tx, user);
    await note(tx, c, 'passkey.remove', removed[0]?.name);
  });
  return c.body(null, 204);
});

secondFactors.openapi(startAuthenticator, async (c) => {
  const services = c.get('services');
  const { user } = c.get('caller');
  const made = await services.db.platform(async (tx) => {
    const { email } = await describeUser(tx, user);
    const secret = await newAuthenticator(tx, services, user);
    return { secret, uri: totpUri(secret, email) };
  });
  return c.json(made, 201);
});

secondFactors.openapi(confirmAuthenticator, async (c) => {
  const services = c.get('services');
  const { user } = c.get('caller');
  await services.limits.attempt(CONFIRM_TRIES, user);
  const codes = await services.db.platform(async (tx) => {
    if (!(await useCode(tx, services, user, c.req.valid('json').code, false)))
      throw new Refusal('bad_credentials', 'this code is not the one: is the clock of your phone right?');
    await note(tx, c, 'authenticator.add');
    return renewRecoveryCodes(tx, services, user);
  });
  return c.json({ codes }, 200);
});

secondFactors.openapi(removeAuthenticator, async (c) => {
  const { user } = c.get('caller');
  await c.get('services').db.platform(async (tx) => {
    const removed = await tx
      .delete(authenticators)
      .where(eq(authenticators.userId, user))
      .returning({ user: authenticators.userId });
    if (removed.length === 0) throw new Refusal('not_found');
    await dropIdleCodes(tx, user);
    await note(tx, c, 'authenticator.remove');
  });
  return c.body(null, 204);
});

secondFactors.openapi(renewCodes, async (c) => {
  const services = c.get('services');
  const { user } = c.get('caller');
  const codes = await services.db.platform(async (tx) => {
    if ((await secondFactorsOf(tx, user)).length === 0)
      throw new Refusal('conflict', 'add a second factor first: recovery codes stand in for one');
    await note(tx, c, 'recovery-codes.renew');
    return renewRecoveryCodes(tx, services, user);
  });
  return c.json({ codes }, 200);
});
