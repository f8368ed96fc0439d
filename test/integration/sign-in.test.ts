/** Passwords, invitations and recovery as an attacker would try them: against the control API on a real PostgreSQL. */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { OrgId } from '../../schema/ids.ts';
import { provePassword, signInWithPassword } from '../../schema/sign-in/handshake.ts';
import { ofNumber, toText } from '../../schema/sign-in/octets.ts';
import { SRP } from '../../schema/sign-in/srp.ts';
import { derive } from './control-api.ts';
import { PLATFORM_OWNER, SECRET_KEY } from './database.ts';
import { codeOf, PASSWORD, SignInWorld, secretsOf } from './sign-in-world.ts';

let world: SignInWorld;
let api: SignInWorld['api'];
let a: SignInWorld['a'];
let b: SignInWorld['b'];
beforeAll(async () => {
  world = await SignInWorld.start();
  ({ api, a, b } = world);
});
afterAll(() => world?.[Symbol.asyncDispose]());
beforeEach(() => world.refresh());

const newcomer = (role?: string) => world.newcomer(role);
const me = (token: string) => api.call('GET', '/v1/me', undefined, token);

test('the right password with the wrong secret key is as wrong as any', async () => {
  const { email } = await newcomer();
  expect((await api.signIn(email, PASSWORD)).user.email).toBe(email);
  const secretKey = 'F1-00000-00000-00000-00000-00000-00000';
  const wrong = signInWithPassword(api.post, secretsOf(email, { secretKey }), { derive });
  expect(await codeOf(wrong)).toBe('bad_credentials');
});

test('nothing the server keeps is a password, a secret key or a bare verifier', async () => {
  const { email } = await newcomer();
  const rows = await api.services.db.platform((tx) => tx.execute(sql`select * from verifiers`));
  const kept = JSON.stringify(rows);
  for (const secret of [PASSWORD, SECRET_KEY, email]) expect(kept).not.toContain(secret);
  for (const row of rows) expect(row['sealed_verifier']).toMatch(/^v2\./);
});

test('an account that is not there looks like one that is: the same salt each time, a B of full length, the same refusal', async () => {
  const { email } = await newcomer();
  const A = toText(ofNumber(5n ** 300n, SRP.group.length));
  const start = async (who: string) => (await api.call('POST', '/v1/auth/srp/start', { email: who, A })).body;
  const [known, knownAgain] = [await start(email), await start(email.toUpperCase())];
  const [nobody, nobodyAgain] = [await start('nobody@org-a.test'), await start('Nobody@org-a.test')];
  expect(nobody.salt).toBe(nobodyAgain.salt);
  expect(known.salt).toBe(knownAgain.salt);
  expect(nobody.salt).not.toBe((await start('nobody2@org-a.test')).salt);
  for (const field of ['salt', 'B']) expect(nobody[field].length).toBe(known[field].length);
  expect(nobody.B).not.toBe(nobodyAgain.B);
  const finish = (attempt: string) =>
    api.call('POST', '/v1/auth/srp/finish', { attempt, proof: toText(new Uint8Array(32)) });
  const [one, two] = [await finish(known.attempt), await finish(nobody.attempt)];
  expect([one.status, one.body.detail]).toEqual([two.status, two.body.detail]);
});

test('A of zero, N or a multiple of it never gets as far as a proof', async () => {
  for (const A of [0n, SRP.group.prime]) {
    const text = toText(ofNumber(A, SRP.group.length));
    const { status } = await api.call('POST', '/v1/auth/srp/start', { email: PLATFORM_OWNER.email, A: text });
    expect(status).toBe(400);
  }
});

test('an attempt is good for one try, for a minute, and for what it was begun for', async () => {
  const { email } = await newcomer();
  const finish = (attempt: string, proof: string) =>
    api.call('POST', '/v1/auth/srp/finish', { attempt, proof });
  const first = await provePassword(api.post, secretsOf(email), derive);
  expect((await finish(first.attempt, toText(new Uint8Array(32)))).status).toBe(401);
  expect((await finish(first.attempt, first.proof)).body.code).toBe('bad_credentials');
  const second = await provePassword(api.post, secretsOf(email), derive);
  const raced = await Promise.all([
    finish(second.attempt, second.proof),
    finish(second.attempt, second.proof),
  ]);
  expect(raced.map(({ status }) => status).sort()).toEqual([200, 401]);
  const late = await provePassword(api.post, secretsOf(email), derive);
  api.now += 61_000;
  expect((await finish(late.attempt, late.proof)).status).toBe(401);
  api.now -= 61_000;
  const { body } = await api.call('POST', '/v1/auth/passkey/start', {});
  expect((await finish(body.attempt, first.proof)).status).toBe(401);
});

test('a server that does not know the verifier is found out by the client', async () => {
  const { email } = await newcomer();
  const impostor = async (path: string, body: object) => {
    const answer = await api.post(path, body);
    return path.endsWith('finish') ? { ...(answer as object), proof: toText(new Uint8Array(32)) } : answer;
  };
  const fooled = signInWithPassword(impostor, secretsOf(email), { derive });
  expect(await codeOf(fooled)).toBe('protocol_violation');
});

test('an invitation is read without being used, works once, and not when revoked, old or replaced', async () => {
  const email = 'invited@org-a.test';
  const body = { email, name: 'Invited', role: 'organization_user' };
  const made = (await api.call('POST', `/v1/orgs/${a.org}/members`, body, a.owner.token)).body;
  expect(made.invitation.url).toContain(`/#/join/${made.invitation.token}`);
  const look = (token: string) => api.call('POST', '/v1/auth/invitation', { token });
  expect((await look(made.invitation.token)).body).toMatchObject({ email, organization: 'org-a' });
  const anew = (await api.call('POST', `/v1/orgs/${a.org}/members/${made.id}/invitation`, {}, a.owner.token))
    .body;
  expect((await look(made.invitation.token)).body.code).toBe('token_invalid');
  api.now += 7 * 86_400_000;
  expect((await look(anew.token)).body.code).toBe('token_invalid');
  api.now -= 7 * 86_400_000;
  const open = (await api.call('GET', `/v1/orgs/${a.org}/invitations`, undefined, a.owner.token)).body;
  expect(open.invitations.map(({ id }: { id: string }) => id)).toContain(anew.id);
  expect(JSON.stringify(open)).not.toContain(anew.token);
  const revoke = (org: string, token: string) =>
    api.call('DELETE', `/v1/orgs/${org}/invitations/${anew.id}`, undefined, token);
  expect((await revoke(b.org, b.owner.token)).status).toBe(404);
  expect((await revoke(a.org, a.owner.token)).status).toBe(204);
  expect((await api.join(anew, email, PASSWORD)).body.code).toBe('token_invalid');
  const last = (await api.call('POST', `/v1/orgs/${a.org}/members`, body, a.owner.token)).body.invitation;
  const raced = await Promise.all([
    api.join(last, email, PASSWORD),
    api.join(last, email, 'another password'),
  ]);
  expect(raced.map(({ status }) => status).sort()).toEqual([204, 401]);
});

test('recovery: the old way in is void at once, the new one works, and it is audited', async () => {
  const person = await newcomer();
  const before = await api.signIn(person.email, PASSWORD);
  const path = `/v1/orgs/${a.org}/members/${person.id}/invitation`;
  const invitation = (await api.call('POST', path, {}, a.owner.token)).body;
  expect((await me(before.accessToken)).status).toBe(401);
  expect(await codeOf(api.signIn(person.email, PASSWORD))).toBe('bad_credentials');
  expect((await api.join(invitation, person.email, 'another password')).status).toBe(204);
  expect((await api.signIn(person.email, 'another password')).user.id).toBe(person.id);
  const { entries } = (await api.call('GET', `/v1/orgs/${a.org}/audit`, undefined, a.owner.token)).body;
  expect(entries).toContainEqual(expect.objectContaining({ action: 'member.recover', subject: person.id }));
});

test('an organization can not become a person of another by inviting them anew', async () => {
  const person = await newcomer();
  const body = { email: person.email, name: 'x', role: 'organization_user' };
  const added = await api.call('POST', `/v1/orgs/${b.org}/members`, body, b.owner.token);
  expect(added.status).toBe(201);
  const recover = (org: string, token: string) =>
    api.call('POST', `/v1/orgs/${org}/members/${person.id}/invitation`, {}, token);
  const before = (await api.signIn(person.email, PASSWORD)).accessToken;
  expect((await api.accept(added.body.invitation, before)).status).toBe(200);
  expect((await recover(b.org, b.owner.token)).status).toBe(403);
  expect((await recover(a.org, a.owner.token)).status).toBe(403);
  expect((await api.signIn(person.email, PASSWORD)).user.organizations).toHaveLength(2);
});

test('an administrator can not become an owner by inviting them anew', async () => {
  const [admin, owner] = [await newcomer('organization_admin'), await newcomer('organization_owner')];
  const { accessToken } = await api.signIn(admin.email, PASSWORD);
  const recover = (id: string) =>
    api.call('POST', `/v1/orgs/${a.org}/members/${id}/invitation`, {}, accessToken);
  expect((await recover(owner.id)).status).toBe(403);
  expect((await api.signIn(owner.email, PASSWORD)).accessToken).toBeDefined();
  expect((await recover((await newcomer()).id)).status).toBe(201);
});

test('a new password needs the old one, and ends every other sign-in', async () => {
  const { email } = await newcomer();
  const [here, there] = [await api.signIn(email, PASSWORD), await api.signIn(email, PASSWORD)];
  const enrolled = { salt: toText(new Uint8Array(16)), verifier: toText(ofNumber(7n, SRP.group.length)) };
  const stranger = await provePassword(api.post, secretsOf(PLATFORM_OWNER.email), derive);
  const change = (proof: { attempt: string; proof: string }) =>
    api.call(
      'PUT',
      '/v1/me/security/password',
      { attempt: proof.attempt, proof: proof.proof, ...enrolled },
      here.accessToken,
    );
  expect((await change(stranger)).body.code).toBe('bad_credentials');
  expect((await change(await provePassword(api.post, secretsOf(email), derive))).status).toBe(204);
  expect((await me(here.accessToken)).status).toBe(200);
  expect((await me(there.accessToken)).status).toBe(401);
  expect(await codeOf(api.signIn(email, PASSWORD))).toBe('bad_credentials');
});

test('secrets of sign-in are out of every tenant’s sight', async () => {
  for (const table of [
    'verifiers',
    'passkeys',
    'authenticators',
    'recovery_codes',
    'sign_ins',
    'sign_in_attempts',
    'devices',
  ])
    await expect(
      api.services.db.org(OrgId.parse(a.org), (tx) =>
        tx.execute(sql`select * from ${sql.identifier(table)}`),
      ),
      table,
    ).rejects.toThrow();
});
