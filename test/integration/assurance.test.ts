/** Second factors, step-up, policies, devices and sign-ins as an attacker would try them: against the control API on a real PostgreSQL. */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { totpCode } from '../../edge/sign-in/totp.ts';
import { proveDevice } from '../../schema/sign-in/device.ts';
import { provePassword, signInWithPassword } from '../../schema/sign-in/handshake.ts';
import { derive, makeTenant, newDeviceKeys } from './control-api.ts';
import { PLATFORM_OWNER } from './database.ts';
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
const addAuthenticator = (token: string) => world.addAuthenticator(token);
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
  const made = await api.call('POST', `/v1/orgs/${b.org}/members`, added, b.owner.token);
  const { accessToken } = await api.signIn(person.email, PASSWORD);
  expect((await api.accept(made.body.invitation, accessToken)).status).toBe(200);
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
  const org = (await makeTenant(api, world.platform, world.cluster, 'org-c')) as typeof a;
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
