/**
 * SRP-6a (RFC 5054; proofs as RFC 2945, section 3): both sides prove that they know the same secret without showing it, and one who
 * listens, or who steals the verifier, learns nothing to sign in with.
 *
 *   client                                   server, knows v = g^x
 *   A = g^a                    ---- A ---->  B = k·v + g^b
 *   S = (B - k·g^x)^(a + u·x)  <-- s, B ---  S = (A·v^u)^b
 *   M1 = H(H(N)^H(g) | H(I) | s | A | B | K) ---- M1 --->  compares
 *   compares                   <--- M2 ----  M2 = H(A | M1 | K)
 *
 * with u = H(A | B), k = H(N | g), K = H(S), every number padded to the group's length. BigInt arithmetic takes a time that depends
 * on its numbers: a and b live for one attempt, so nothing can be measured twice.
 */
import { concat, fromText, type Octets, ofNumber, randomOctets, textOctets, toNumber } from './octets.ts';
import { SRP_3072, type SrpGroup } from './srp-group.ts';

/** @param hash SHA-256; SHA-1 only to check the published vectors */
export interface SrpSuite {
  readonly group: SrpGroup;
  readonly hash: 'SHA-256' | 'SHA-1';
}
export const SRP: SrpSuite = { group: SRP_3072, hash: 'SHA-256' };

const EPHEMERAL_OCTETS = 32;
export const newEphemeral = (): bigint => toNumber(randomOctets(EPHEMERAL_OCTETS));

async function hash(suite: SrpSuite, ...parts: readonly Octets[]): Promise<Octets> {
  return new Uint8Array(await crypto.subtle.digest(suite.hash, concat(...parts)));
}

const pad = ({ group }: SrpSuite, number: bigint): Octets => ofNumber(number, group.length);

export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

const modulo = (number: bigint, modulus: bigint): bigint => ((number % modulus) + modulus) % modulus;

export async function multiplier(suite: SrpSuite): Promise<bigint> {
  return toNumber(await hash(suite, pad(suite, suite.group.prime), pad(suite, suite.group.generator)));
}

export async function scrambler(suite: SrpSuite, A: bigint, B: bigint): Promise<bigint> {
  return toNumber(await hash(suite, pad(suite, A), pad(suite, B)));
}

export const verifierOf = (suite: SrpSuite, x: bigint): bigint =>
  power(suite.group.generator, x, suite.group.prime);

export const clientPublic = (suite: SrpSuite, a: bigint): bigint =>
  power(suite.group.generator, a, suite.group.prime);

export async function serverPublic(suite: SrpSuite, verifier: bigint, b: bigint): Promise<bigint> {
  const { prime, generator } = suite.group;
  return modulo((await multiplier(suite)) * verifier + power(generator, b, prime), prime);
}

/** A or B that is a multiple of N would make the secret known to everyone (RFC 5054, sections 2.5.3 and 2.5.4). */
export const isSafe = (suite: SrpSuite, number: bigint): boolean =>
  number > 0n && number < suite.group.prime && number % suite.group.prime !== 0n;

export async function clientSecret(suite: SrpSuite, x: bigint, a: bigint, B: bigint): Promise<bigint> {
  const { prime } = suite.group;
  const u = await scrambler(suite, clientPublic(suite, a), B);
  const base = modulo(B - (await multiplier(suite)) * verifierOf(suite, x), prime);
  return power(base, a + u * x, prime);
}

export async function serverSecret(
  suite: SrpSuite,
  verifier: bigint,
  b: bigint,
  A: bigint,
  B: bigint,
): Promise<bigint> {
  const { prime } = suite.group;
  const u = await scrambler(suite, A, B);
  return power(modulo(A * power(verifier, u, prime), prime), b, prime);
}

export interface Exchange {
  readonly identity: string;
  readonly salt: Octets;
  readonly A: bigint;
  readonly B: bigint;
  readonly secret: bigint;
}

export interface Proofs {
  readonly client: Octets;
  readonly server: Octets;
}

export async function proofs(suite: SrpSuite, { identity, salt, A, B, secret }: Exchange): Promise<Proofs> {
  const { prime, generator } = suite.group;
  const key = await hash(suite, pad(suite, secret));
  const hashOfGenerator = await hash(suite, pad(suite, generator));
  const mixed = (await hash(suite, pad(suite, prime))).map((octet, at) => octet ^ (hashOfGenerator[at] ?? 0));
  const who = await hash(suite, textOctets(identity));
  const client = await hash(suite, mixed, who, salt, pad(suite, A), pad(suite, B), key);
  return { client, server: await hash(suite, pad(suite, A), client, key) };
}

/** A number as it travels: base64url, padded to the group's length. @returns undefined when it is none that is safe to use */
export function publicNumber(suite: SrpSuite, text: string): bigint | undefined {
  const octets = fromText(text);
  const number = toNumber(octets);
  return octets.length === suite.group.length && isSafe(suite, number) ? number : undefined;
}
