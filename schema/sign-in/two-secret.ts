/**
 * Two-secret key derivation, as 1Password's security design describes it: what signs in comes from the password **and** the secret key,
 * so a stolen verifier can't be tried with guessed passwords.
 *
 *   stretched = PBKDF2-HMAC-SHA256(password, HKDF(salt, e-mail), 650,000)
 *   x         = stretched XOR HKDF(secret key, e-mail)
 */
import { type Octets, ofNumber, randomOctets, textOctets, toNumber, toText } from './octets.ts';
import { SRP, verifierOf } from './srp.ts';

export const PBKDF2_ITERATIONS = 650_000;
const OCTETS = 32;
const SALT_OCTETS = 16;

export interface Secrets {
  readonly email: string;
  readonly password: string;
  /** As `parseSecretKey` writes it. */
  readonly secretKey: string;
}

export const normalEmail = (email: string): string => email.trim().toLowerCase();
export const normalPassword = (password: string): string => password.trim().normalize('NFKD');

async function hkdf(material: Octets, salt: Octets, info: string): Promise<Octets> {
  const key = await crypto.subtle.importKey('raw', material, 'HKDF', false, ['deriveBits']);
  const parameters = { name: 'HKDF', hash: 'SHA-256', salt, info: textOctets(info) };
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, key, OCTETS * 8));
}

async function pbkdf2(password: string, salt: Octets, iterations: number): Promise<Octets> {
  const key = await crypto.subtle.importKey('raw', textOctets(password), 'PBKDF2', false, ['deriveBits']);
  const parameters = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations };
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, key, OCTETS * 8));
}

/** @returns x of SRP */
export async function deriveX(
  secrets: Secrets,
  salt: Octets,
  iterations = PBKDF2_ITERATIONS,
): Promise<bigint> {
  const email = textOctets(normalEmail(secrets.email));
  const boundSalt = await hkdf(salt, email, 'fabric 2skd 1 password');
  const stretched = await pbkdf2(normalPassword(secrets.password), boundSalt, iterations);
  const keyed = await hkdf(textOctets(secrets.secretKey), email, 'fabric 2skd 1 secret key');
  return toNumber(stretched.map((octet, at) => octet ^ (keyed[at] ?? 0)));
}

/** What the server keeps, and all it ever learns of the two secrets; base64url. */
export interface Enrolled {
  readonly salt: string;
  readonly verifier: string;
}

export async function enrolVerifier(
  secrets: Secrets,
  salt: Octets = randomOctets(SALT_OCTETS),
): Promise<Enrolled> {
  const x = await deriveX(secrets, salt);
  return { salt: toText(salt), verifier: toText(ofNumber(verifierOf(SRP, x), SRP.group.length)) };
}
