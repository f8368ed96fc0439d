/** Signing in as an attacker would try it: against the control API on a real PostgreSQL. */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { totpCode } from '../../edge/sign-in/totp.ts';
import { proveDevice } from '../../schema/sign-in/device.ts';
import { provePassword, signInWithPassword } from '../../schema/sign-in/handshake.ts';
import { ofNumber, toText } from '../../schema/sign-in/octets.ts';
import { SRP } from '../../schema/sign-in/srp.ts';
import { ControlApi, derive, makeTenant, newDeviceKeys } from './control-api.ts';
import { PLATFORM_OWNER, SECRET_KEY, startDatabase, type TestDatabase } from './database.ts';

const PASSWORD = 'a long enough password';
let database: TestDatabase;
let api: ControlApi;
let platform: string;
let cluster: string;
let a: Awaited<ReturnType<typeof makeTenant>>;
let b: Awaited<ReturnType<typeof makeTenant>>;

beforeAll(async () => {
  database = await startDatabase();
  api = new ControlApi(database);
  platform = (await api.signIn()).accessToken;
  const made = await api.call('POST', '/v1/platform/clusters', { name: 'one' }, platform);
  cluster = made.body.id;
  a = await makeTenant(api, platform, cluster, 'org-a');
  b = await makeTenant(api, platform, cluster, 'org-b');
});
afterAll(async () => {
  await api?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
});
beforeEach(async () => {
  platform = (await api.signIn()).accessToken;
});

const codeOf = (refused: Promise<unknown>) =>
  refused.then(
    () => 'signed in',
    (error: unknown) => (error as { code: string }).code,
  );

let people = 0;
/** Someone new in org A, who has joined. */
async function newcomer(role = 'organization_user', org = a.org) {
  people += 1;
  const email = `person-${people}@org-a.test`;
  const made = await api.call('POST', `/v1/orgs/${org}/members`, { email, name: email, role }, platform);
  expect(made.status).toBe(201);
  expect((await api.join(made.body.invitation, email, PASSWORD)).status).toBe(204);
  return { id: made.body.id as string, email };
}

const secretsOf = (email: string, change: object = {}) => ({
  email,
  password: PASSWORD,
  secretKey: SECRET_KEY,
  ...change,
});
const me = (token: string) => api.call('GET', '/v1/me', undefined, token);

async function addAuthenticator(token: string) {
  const { secret } = (await api.call('POST', '/v1/me/authenticator', {}, token)).body;
  const confirmed = await api.call(
    'POST',
    '/v1/me/authenticator/confirm',
    { code: totpCode(secret, api.now) },
    token,
  );
  expect(confirmed.status).toBe(200);
  return { secret: secret as string, codes: confirmed.body.codes as string[] };
}

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
  for (const row of rows) expect(row['sealed_verifier']).toMatch(/^v1\./);
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
  const last = (await api.call('POST', `/v1/orgs/${a.org}/members/${made.id}/invitation`, {}, a.owner.token))
    .body;
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
  expect([added.status, added.body.invitation]).toEqual([201, null]);
  const recover = (org: string, token: string) =>
    api.call('POST', `/v1/orgs/${org}/members/${person.id}/invitation`, {}, token);
  expect((await recover(b.org, b.owner.token)).status).toBe(403);
  expect((await recover(a.org, a.owner.token)).status).toBe(403);
  expect((await api.signIn(person.email, PASSWORD)).user.organizations).toHaveLength(2);
  const waiting = { email: 'waiting@org-a.test', name: 'x', role: 'organization_user' };
  expect((await api.call('POST', `/v1/orgs/${a.org}/members`, waiting, a.owner.token)).status).toBe(201);
  expect((await api.call('POST', `/v1/orgs/${b.org}/members`, waiting, b.owner.token)).body.code).toBe(
    'conflict',
  );
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

test('a new device in another region sooner than anyone can travel is refused; a known one never for that alone', async () => {
  const { email } = await newcomer();
  const from = (region: string) => (path: string, body: object) =>
    api
      .call('POST', path, body, undefined, { 'cf-ipcountry': region })
      .then(({ status, body: answer }) =>
        status < 400 ? answer : Promise.reject(Object.assign(new Error(), { code: answer.code })),
      );
  const sign = (region: string, keys: CryptoKeyPair) =>
    codeOf(signInWithPassword(from(region), secretsOf(email), { device: { keys, name: 'x' }, derive }));
  const [own, other] = [await newDeviceKeys(), await newDeviceKeys()];
  expect(await sign('DE', own)).toBe('signed in');
  api.now += 1_000;
  expect(await sign('BR', own)).toBe('signed in');
  expect(await sign('DE', other)).toBe('sign_in_refused');
  api.now += 2 * 3600_000;
  expect(await sign('DE', other)).toBe('signed in');
  api.now -= 2 * 3600_000 + 1_000;
  const rows = await api.services.db.platform((tx) =>
    tx.execute(
      sql`select reason from audit where action = 'sign-in.refused' and reason like '%region_changed_fast%'`,
    ),
  );
  expect(rows.length).toBeGreaterThanOrEqual(1);
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

test('an authenticator: asked for once it is confirmed, each code good once, guesses counted', async () => {
  const { email } = await newcomer();
  const { accessToken } = await api.signIn(email, PASSWORD);
  const started = (await api.call('POST', '/v1/me/authenticator', {}, accessToken)).body;
  expect((await api.signIn(email, PASSWORD)).accessToken).toBeDefined();
  const guess = await api.call('POST', '/v1/me/authenticator/confirm', { code: '000000' }, accessToken);
  expect(guess.status).toBe(401);
  expect(started.uri).toContain('otpauth://totp/');
  const { secret, codes } = await addAuthenticator(accessToken);
  expect(codes).toHaveLength(10);
  const half = (await api.signIn(email, PASSWORD)).secondFactor;
  expect(half.methods).toEqual(['totp', 'recovery']);
  const finish = (attempt: string, proof: object) =>
    api.call('POST', '/v1/auth/second-factor', { attempt, proof });
  const used = { type: 'totp', code: totpCode(secret, api.now) };
  expect((await finish(half.attempt, used)).body.code).toBe('bad_credentials');
  api.now += 30_000;
  const fresh = { type: 'totp', code: totpCode(secret, api.now) };
  expect((await finish(half.attempt, fresh)).body.user.email).toBe(email);
  const again = (await api.signIn(email, PASSWORD)).secondFactor;
  expect((await finish(again.attempt, fresh)).status).toBe(401);
  expect((await finish(half.attempt, fresh)).status).toBe(401);
  expect(api.limited.filter((line) => line.startsWith('second-factor ')).length).toBeGreaterThanOrEqual(3);
  api.now -= 30_000;
  const kept = await api.services.db.platform((tx) =>
    tx.execute(sql`select sealed_secret from authenticators`),
  );
  expect(JSON.stringify(kept)).not.toContain(secret);
});

test('a recovery code stands in once; new ones void the old', async () => {
  const { email } = await newcomer();
  const { accessToken } = await api.signIn(email, PASSWORD);
  const { codes } = await addAuthenticator(accessToken);
  const half = async () => (await api.signIn(email, PASSWORD)).secondFactor.attempt;
  const finish = async (code: string) =>
    api.call('POST', '/v1/auth/second-factor', { attempt: await half(), proof: { type: 'recovery', code } });
  expect((await finish(codes[0] ?? '')).status).toBe(200);
  expect((await finish(codes[0] ?? '')).status).toBe(401);
  expect((await finish((codes[1] ?? '').toUpperCase().replaceAll('-', ' '))).status).toBe(200);
  const { codes: anew } = (await api.call('POST', '/v1/me/recovery-codes', {}, accessToken)).body;
  expect((await finish(codes[2] ?? '')).status).toBe(401);
  expect((await finish(anew[0])).status).toBe(200);
});

test('what is high-risk needs a proof of the last ten minutes: of the second factor if there is one', async () => {
  const { email } = await newcomer('organization_owner');
  let { accessToken, refreshToken } = await api.signIn(email, PASSWORD);
  const policy = {
    passwordAllowed: true,
    passkeyAllowed: true,
    ssoOnly: false,
    secondFactor: 'nobody',
    deviceApproval: 'none',
  };
  const change = () => api.call('PUT', `/v1/orgs/${a.org}/sign-in-policy`, policy, accessToken);
  expect((await change()).status).toBe(200);
  api.now += 601_000;
  ({ accessToken, refreshToken } = (await api.call('POST', '/v1/auth/refresh', { refreshToken })).body);
  expect((await change()).body.code).toBe('step_up_required');
  expect((await api.call('GET', `/v1/orgs/${a.org}/members`, undefined, accessToken)).status).toBe(200);
  expect((await api.call('POST', '/v1/me/passkeys/start', {}, accessToken)).body.code).toBe(
    'step_up_required',
  );
  const stepUp = (proof: object) => api.call('POST', '/v1/auth/step-up', { proof }, accessToken);
  const password = async (who = email) => {
    const { attempt, proof } = await provePassword(api.post, secretsOf(who), derive);
    return { type: 'password', attempt, proof };
  };
  expect((await stepUp(await password(PLATFORM_OWNER.email))).body.code).toBe('bad_credentials');
  accessToken = (await stepUp(await password())).body.accessToken;
  expect((await change()).status).toBe(200);
  const { secret } = await addAuthenticator(accessToken);
  api.now += 60_000;
  expect((await stepUp(await password())).body.code).toBe('second_factor_required');
  const code = { type: 'totp', code: totpCode(secret, api.now) };
  accessToken = (await stepUp(code)).body.accessToken;
  expect((await stepUp(code)).body.code).toBe('bad_credentials');
  const { signIns } = (await api.call('GET', '/v1/me/security', undefined, accessToken)).body;
  expect(signIns[0].evidence).toEqual(['pwd', 'otp', 'mfa']);
  api.now -= 661_000;
});

test('each organization asks for what it wants, and says what is missing', async () => {
  const person = await newcomer();
  const added = { email: person.email, name: 'x', role: 'organization_admin' };
  await api.call('POST', `/v1/orgs/${b.org}/members`, added, b.owner.token);
  const { accessToken } = await api.signIn(person.email, PASSWORD);
  const enter = async (org: string, token = accessToken) =>
    (await api.call('GET', `/v1/orgs/${org}/resources`, undefined, token)).body;
  const open = {
    passwordAllowed: true,
    passkeyAllowed: true,
    ssoOnly: false,
    secondFactor: 'nobody',
    deviceApproval: 'none',
  };
  const owner = (await api.signIn(b.owner.email, PASSWORD)).accessToken;
  const change = (policy: object, token = owner) =>
    api.call('PUT', `/v1/orgs/${b.org}/sign-in-policy`, { ...open, ...policy }, token);
  expect((await change({ secondFactor: 'admins' })).body.code).toBe('conflict');
  await addAuthenticator(owner);
  api.now += 30_000;
  const row = await api.services.db.platform((tx) =>
    tx.execute(sql`select 1 from sign_in_policies where org_id = ${b.org}`),
  );
  expect(row.length).toBe(0);
  await api.services.db.platform((tx) =>
    tx.execute(sql`insert into sign_in_policies (org_id, second_factor) values (${b.org}, 'admins')`),
  );
  api.now += 11_000;
  const fresh = (await api.signIn(person.email, PASSWORD)).accessToken;
  expect((await enter(b.org, fresh)).code).toBe('second_factor_required');
  expect((await enter(a.org, fresh)).resources).toBeDefined();
  for (const [column, code] of [
    ['sso_only', 'sign_in_method_not_allowed'],
    ['password_allowed', 'sign_in_method_not_allowed'],
  ] as const) {
    const value = column === 'sso_only';
    await api.services.db.platform((tx) =>
      tx.execute(
        sql`update sign_in_policies set second_factor = 'nobody', ${sql.identifier(column)} = ${value} where org_id = ${b.org}`,
      ),
    );
    api.now += 11_000;
    expect((await enter(b.org, fresh)).code, column).toBe(code);
  }
  await api.services.db.platform((tx) =>
    tx.execute(sql`delete from sign_in_policies where org_id = ${b.org}`),
  );
  api.now -= 63_000;
});

test('where devices need approval a new one waits, a withdrawn one is out, and the approver stays in', async () => {
  const org = (await makeTenant(api, platform, cluster, 'org-c')) as typeof a;
  const policy = {
    passwordAllowed: true,
    passkeyAllowed: true,
    ssoOnly: false,
    secondFactor: 'nobody',
    deviceApproval: 'require',
  };
  const set = (token: string) => api.call('PUT', `/v1/orgs/${org.org}/sign-in-policy`, policy, token);
  const bare = await signInWithPassword(api.post, secretsOf(org.owner.email), { derive });
  expect((await set((bare as { accessToken: string }).accessToken)).body.code).toBe('conflict');
  expect((await set(org.owner.token)).status).toBe(200);
  const keys = await newDeviceKeys();
  const other = { device: { keys, name: 'laptop' } };
  const { accessToken } = await api.signIn(org.user.email, PASSWORD, other);
  const enter = () => api.call('GET', `/v1/orgs/${org.org}/resources`, undefined, accessToken);
  expect((await enter()).body.code).toBe('device_not_approved');
  const listed = await api.call('GET', `/v1/orgs/${org.org}/devices`, undefined, org.owner.token);
  const laptop = listed.body.devices.find(({ name }: { name: string }) => name === 'laptop');
  expect(laptop).toMatchObject({ approved: false, email: org.user.email });
  const approval = `/v1/orgs/${org.org}/devices/${laptop.id}/approval`;
  expect((await api.call('PUT', approval, undefined, b.owner.token)).status).toBe(404);
  expect((await api.call('PUT', approval, undefined, org.owner.token)).status).toBe(204);
  expect((await enter()).status).toBe(200);
  expect((await api.call('DELETE', approval, undefined, org.owner.token)).status).toBe(204);
  expect((await enter()).body.code).toBe('device_not_approved');
  const { entries } = (await api.call('GET', `/v1/orgs/${org.org}/audit`, undefined, org.owner.token)).body;
  const actions = entries.map(({ action }: { action: string }) => action);
  for (const action of ['device.new', 'device.approve', 'device.withdraw']) expect(actions).toContain(action);
});

test("a device's proof is for its own attempt and its own key", async () => {
  const { email } = await newcomer();
  const [keys, others] = [await newDeviceKeys(), await newDeviceKeys()];
  const finish = async (device: (attempt: string) => Promise<object>) => {
    const { attempt, proof } = await provePassword(api.post, secretsOf(email), derive);
    return api.call('POST', '/v1/auth/srp/finish', { attempt, proof, device: await device(attempt) });
  };
  expect((await finish((attempt) => proveDevice(keys, 'mine', attempt))).status).toBe(200);
  const replayed = await finish(() => proveDevice(keys, 'mine', crypto.randomUUID()));
  expect(replayed.body.code).toBe('proof_invalid');
  const swapped = await finish(async (attempt) => ({
    ...(await proveDevice(keys, 'mine', attempt)),
    key: (await proveDevice(others, 'x', attempt)).key,
  }));
  expect(swapped.body.code).toBe('proof_invalid');
});

test('sign-ins: listed with where and how, ended one by one, with their device, or all at once', async () => {
  const { email } = await newcomer();
  const keys = await newDeviceKeys();
  const [here, there, third] = [
    await api.signIn(email, PASSWORD),
    await api.signIn(email, PASSWORD, { device: { keys, name: 'phone' } }),
    await api.signIn(email, PASSWORD),
  ];
  const security = async () => (await api.call('GET', '/v1/me/security', undefined, here.accessToken)).body;
  const listed = await security();
  expect(listed.signIns).toHaveLength(3);
  expect(listed.signIns.filter(({ current }: { current: boolean }) => current)).toHaveLength(1);
  const phone = listed.devices.find(({ name }: { name: string }) => name === 'phone');
  expect((await me(there.accessToken)).status).toBe(200);
  const end = (path: string) => api.call('DELETE', path, undefined, here.accessToken);
  expect((await end(`/v1/me/devices/${phone.id}`)).status).toBe(204);
  expect((await me(there.accessToken)).body.code).toBe('token_invalid');
  expect((await api.call('POST', '/v1/auth/refresh', { refreshToken: there.refreshToken })).status).toBe(401);
  const other = (await security()).signIns.find(({ current }: { current: boolean }) => !current);
  expect((await end(`/v1/me/sign-ins/${other.id}`)).status).toBe(204);
  expect((await me(third.accessToken)).status).toBe(401);
  expect((await end('/v1/me/sign-ins')).status).toBe(204);
  expect((await me(here.accessToken)).status).toBe(401);
  const stranger = await api.signIn();
  expect(
    (await api.call('DELETE', `/v1/me/sign-ins/${other.id}`, undefined, stranger.accessToken)).status,
  ).toBe(404);
});

test('a sign-in that another process ended is refused within ten seconds', async () => {
  const { email } = await newcomer();
  const { accessToken } = await api.signIn(email, PASSWORD);
  expect((await me(accessToken)).status).toBe(200);
  await api.services.db.platform((tx) =>
    tx.execute(
      sql`update sign_ins set ended_at = now() where user_id in (select id from users where email = ${email})`,
    ),
  );
  api.now += 10_000;
  expect((await me(accessToken)).status).toBe(401);
  api.now -= 10_000;
});

test('a stolen refresh token ends its sign-in, is audited, and makes new devices suspicious', async () => {
  const { email, id } = await newcomer();
  const signedIn = await api.signIn(email, PASSWORD);
  await api.call('POST', '/v1/auth/refresh', { refreshToken: signedIn.refreshToken });
  expect((await api.call('POST', '/v1/auth/refresh', { refreshToken: signedIn.refreshToken })).status).toBe(
    401,
  );
  expect((await me(signedIn.accessToken)).status).toBe(401);
  const rows = await api.services.db.platform((tx) =>
    tx.execute(sql`select 1 from audit where action = 'sign-in.token-reused' and actor = ${`user:${id}`}`),
  );
  expect(rows.length).toBe(1);
  const stranger = { device: { keys: await newDeviceKeys(), name: 'elsewhere' } };
  expect(await codeOf(api.signIn(email, PASSWORD, stranger))).toBe('sign_in_refused');
  expect((await api.signIn(email, PASSWORD)).accessToken).toBeDefined();
});

test('secrets of sign-in are out of every tenant’s sight', async () => {
  const { OrgId } = await import('../../schema/ids.ts');
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
