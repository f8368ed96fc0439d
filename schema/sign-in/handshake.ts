/** The client's side of signing in with a password, for the console, the command line and tests: none of the two secrets leaves this function. */
import { SignInAnswer, SrpChallenge } from '../api/sign-in.ts';
import { Refusal } from '../refusal.ts';
import { proveDevice } from './device.ts';
import { fromText, isSame, ofNumber, toText } from './octets.ts';
import { clientPublic, clientSecret, newEphemeral, proofs, publicNumber, SRP } from './srp.ts';
import { deriveX, normalEmail, type Secrets } from './two-secret.ts';

/** Sends JSON to the control API and gives its answer. @throws Refusal */
export type Post = (path: string, body: object) => Promise<unknown>;

export interface OwnDevice {
  readonly keys: CryptoKeyPair;
  readonly name: string;
}

export interface PasswordProof {
  readonly attempt: string;
  readonly proof: string;
  /** What a server that knows the verifier answers. */
  readonly expected: Uint8Array;
}

/** @param derive tests keep what it costs half a second to find */
export async function provePassword(post: Post, secrets: Secrets, derive = deriveX): Promise<PasswordProof> {
  const a = newEphemeral();
  const A = clientPublic(SRP, a);
  const email = normalEmail(secrets.email);
  const { group } = SRP;
  const start = { email, A: toText(ofNumber(A, group.length)) };
  const challenge = SrpChallenge.parse(await post('/v1/auth/srp/start', start));
  const B = publicNumber(SRP, challenge.B);
  if (B === undefined) throw new Refusal('protocol_violation', 'the server sent a number that is not safe');
  const salt = fromText(challenge.salt);
  const secret = await clientSecret(SRP, await derive(secrets, salt), a, B);
  const { client, server } = await proofs(SRP, { identity: email, salt, A, B, secret });
  return { attempt: challenge.attempt, proof: toText(client), expected: server };
}

export interface SignInOptions {
  readonly device?: OwnDevice;
  readonly cookie?: boolean;
  readonly derive?: typeof deriveX;
}

/** @throws Refusal `bad_credentials`; `protocol_violation` when the other side does not know the verifier, so is not the server that was joined */
export async function signInWithPassword(
  post: Post,
  secrets: Secrets,
  { device, cookie = false, derive }: SignInOptions = {},
): Promise<SignInAnswer> {
  const { attempt, proof, expected } = await provePassword(post, secrets, derive);
  const shown = device ? { device: await proveDevice(device.keys, device.name, attempt) } : {};
  const answer = SignInAnswer.parse(await post('/v1/auth/srp/finish', { attempt, proof, cookie, ...shown }));
  if (!isSame(fromText(answer.proof ?? ''), expected))
    throw new Refusal('protocol_violation', 'the server did not prove itself: do not trust it');
  return answer;
}
