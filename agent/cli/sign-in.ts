/** Signing in from the command line: with a password and a secret key, then a code where one is wanted; and proving oneself anew. */
import { z } from 'zod';
import { type Me, SignedIn } from '../../schema/api/auth.ts';
import {
  Invited,
  type SecondFactor,
  type SecondFactorProof,
  SignInAnswer,
  SteppedUp,
  StepUpMethods,
} from '../../schema/api/sign-in.ts';
import { Refusal } from '../../schema/refusal.ts';
import { type Post, provePassword, signInWithPassword } from '../../schema/sign-in/handshake.ts';
import { newSecretKey, parseSecretKey } from '../../schema/sign-in/secret-key.ts';
import { enrolVerifier, type Secrets } from '../../schema/sign-in/two-secret.ts';
import { type Api, remember, request } from './api.ts';
import { knownSecretKey, ownDevice, rememberSecretKey } from './device.ts';
import { ask, readStdin } from './prompt.ts';
import type { SettingsStore } from './settings.ts';

const LEAST_PASSWORD = 12;
const postTo =
  (api: string): Post =>
  (path, body) =>
    request(api, 'POST', path, body);

export interface Asked {
  readonly email?: string;
  readonly passwordStdin: boolean;
  readonly secretKeyStdin: boolean;
  readonly codeStdin: boolean;
}

/** Lines of standard input: the password, the secret key, the code, each where its option asks for it; the rest is asked at the terminal. */
export async function login(store: SettingsStore, api: string, asked: Asked): Promise<Me> {
  const fromStdin = asked.passwordStdin || asked.secretKeyStdin || asked.codeStdin;
  const lines = fromStdin ? (await readStdin()).split(/\r?\n/) : [];
  const next = (given: boolean) => (given ? (lines.shift() ?? '') : undefined);
  const email = asked.email ?? (await ask('E-mail: '));
  const password = next(asked.passwordStdin) ?? (await ask('Password: ', true));
  const given = next(asked.secretKeyStdin);
  const code = next(asked.codeStdin);
  const remembered = given === undefined ? await knownSecretKey(store, api, email) : undefined;
  const secretKey = given ?? remembered ?? (await ask('Secret key (F1-…): ', true));
  const secrets = { email, password, secretKey: readKey(secretKey) };
  return signIn(store, api, secrets, code, remembered === undefined ? undefined : changedKey);
}

/** A key that was remembered may have been replaced elsewhere since. */
async function changedKey(): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined;
  const typed = await ask('That was wrong. If your secret key has changed, type it (or only Enter): ', true);
  return typed.trim() === '' ? undefined : readKey(typed);
}

function readKey(typed: string): string {
  const key = parseSecretKey(typed);
  if (key === undefined)
    throw new Refusal('bad_request', 'this is no secret key, or there is a slip in it: it begins with F1-');
  return key;
}

async function signIn(
  store: SettingsStore,
  api: string,
  secrets: Secrets,
  code?: string,
  otherKey?: () => Promise<string | undefined>,
): Promise<Me> {
  const post = postTo(api);
  const device = await ownDevice(store);
  let { secretKey } = secrets;
  const answer = await signInWithPassword(post, secrets, { device }).catch(async (error: unknown) => {
    const isWrong = error instanceof Refusal && error.code === 'bad_credentials';
    const other = isWrong ? await otherKey?.() : undefined;
    if (other === undefined) throw error;
    secretKey = other;
    return signInWithPassword(post, { ...secrets, secretKey }, { device });
  });
  const signedIn = 'secondFactor' in answer ? await finish(post, answer.secondFactor, code) : answer;
  await rememberSecretKey(store, api, secrets.email, secretKey);
  return remember(store, api, signedIn);
}

async function finish(
  post: Post,
  { attempt, methods }: { attempt: string; methods: SecondFactor[] },
  code: string | undefined,
): Promise<SignedIn> {
  const proof = await secondFactor(methods, code);
  const answer = SignInAnswer.parse(await post('/v1/auth/second-factor', { attempt, proof }));
  return SignedIn.parse(answer);
}

async function secondFactor(methods: readonly string[], given?: string): Promise<SecondFactorProof> {
  const typed = ['totp', 'recovery'].filter((method) => methods.includes(method));
  if (typed.length === 0)
    throw new Refusal(
      'second_factor_required',
      'this needs your passkey, which only a browser can use: add an authenticator app or recovery codes in the console',
    );
  const question = methods.includes('totp')
    ? 'Code of your authenticator app, or a recovery code: '
    : 'Recovery code: ';
  const code = (given ?? (await ask(question))).trim();
  return /^\d{6}$/.test(code) ? { type: 'totp', code } : { type: 'recovery', code };
}

/** Proves anew who is signed in, for what is high-risk. @throws Refusal `step_up_required` where there is nobody to ask */
export async function stepUp(store: SettingsStore, api: Api): Promise<void> {
  if (!process.stdin.isTTY || process.argv.includes('--json'))
    throw new Refusal(
      'step_up_required',
      'this needs a proof of the last ten minutes, and nobody can be asked here: sign in again with fabric login',
    );
  const { methods } = StepUpMethods.parse(await api.call('GET', '/v1/auth/step-up'));
  if (methods.length === 0) throw new Refusal('step_up_required', 'sign in again: that is a proof as well');
  process.stderr.write('This needs you to prove once more who you are.\n');
  const proof = methods.includes('password') ? await passwordProof(store, api) : await secondFactor(methods);
  await api.keep(SteppedUp.parse(await api.call('POST', '/v1/auth/step-up', { proof })));
}

async function ownSecrets(store: SettingsStore, api: Api): Promise<{ api: string; secrets: Secrets }> {
  const { api: url, email } = await api.where();
  const password = await ask('Password: ', true);
  const secretKey = (await knownSecretKey(store, url, email)) ?? (await ask('Secret key (F1-…): ', true));
  return { api: url, secrets: { email, password, secretKey: readKey(secretKey) } };
}

async function passwordProof(store: SettingsStore, api: Api) {
  const { api: url, secrets } = await ownSecrets(store, api);
  const { attempt, proof } = await provePassword(postTo(url), secrets);
  return { type: 'password', attempt, proof } as const;
}

async function newPassword(): Promise<string> {
  const password = await ask(`New password (${LEAST_PASSWORD} characters or more): `, true);
  const again = await ask('The same once more: ', true);
  if (password !== again) throw new Refusal('bad_request', 'the two differ');
  return longEnough(password);
}

function longEnough(password: string): string {
  if (password.trim().length < LEAST_PASSWORD)
    throw new Refusal('bad_request', `a password has ${LEAST_PASSWORD} characters or more`);
  return password;
}

/** A new password; or, when `keep` is there to write it down first, a new secret key. */
export async function changeSecrets(
  store: SettingsStore,
  api: Api,
  keep?: (secrets: Secrets) => Promise<void>,
): Promise<void> {
  const { api: url, secrets } = await ownSecrets(store, api);
  const changed = keep
    ? { ...secrets, secretKey: newSecretKey() }
    : { ...secrets, password: await newPassword() };
  await keep?.(changed);
  const { attempt, proof } = await provePassword(postTo(url), secrets);
  await api.changePassword({ attempt, proof, ...(await enrolVerifier(changed)) });
  await rememberSecretKey(store, url, changed.email, changed.secretKey);
}

export interface Joining {
  readonly api: string;
  readonly token: string;
}

const Token = z.string().regex(/^fbi_[A-Za-z0-9_-]{43}$/);

/** What was sent: the link, or the token alone with the address of the API. */
export function readInvitation(typed: string, api: string | undefined): Joining {
  const url = URL.canParse(typed) ? new URL(typed) : undefined;
  const token = Token.safeParse(url ? url.hash.replace('#/join/', '') : typed.trim());
  const address = api ?? url?.origin;
  if (!token.success || address === undefined)
    throw new Refusal('bad_request', 'give the whole link of the invitation, or its token and --api URL');
  return { api: address, token: token.data };
}

/** Whom it is for, said to the person as well. @throws Refusal `token_invalid` */
export async function invitedBy({ api, token }: Joining): Promise<z.infer<typeof Invited>> {
  const invited = Invited.parse(await postTo(api)('/v1/auth/invitation', { token }));
  const { email, name, organization, isOffer } = invited;
  process.stderr.write(`${name} <${email}>, you are invited to ${organization ?? 'the platform'}.\n`);
  if (isOffer) process.stderr.write('Who has an account already signs in to it before joining.\n');
  return invited;
}

/** @throws Refusal `token_invalid`, `conflict` */
export async function decline({ api, token }: Joining): Promise<void> {
  await postTo(api)('/v1/auth/invitation/decline', { token });
}

/** @param keep writes the emergency kit, before anything can go wrong that would lose the key */
export async function join(
  store: SettingsStore,
  { api, token, email }: Joining & { readonly email: string },
  password: string | undefined,
  keep: (secrets: Secrets) => Promise<void>,
): Promise<Me> {
  const post = postTo(api);
  const secrets = {
    email,
    password: password === undefined ? await newPassword() : longEnough(password),
    secretKey: newSecretKey(),
  };
  await keep(secrets);
  await post('/v1/auth/join', { token, ...(await enrolVerifier(secrets)) });
  return signIn(store, api, secrets);
}
