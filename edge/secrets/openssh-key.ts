/** An Ed25519 key pair in the form that OpenSSH keeps (its PROTOCOL.key, unencrypted; public half: RFC 8709). */
import { concat, type Octets, textOctets } from '../../schema/sign-in/octets.ts';

const TYPE = 'ssh-ed25519';
/** Of the unencrypted form, whose private part is padded to a multiple of it with 1, 2, 3, ... */
const BLOCK = 8;
const LINE = 70;
/** A PKCS#8 Ed25519 key (RFC 8410) ends with its 32 bytes. */
const SEED = 32;

export interface OpensshKey {
  readonly privateKey: string;
  /** As in `authorized_keys`. */
  readonly publicKey: string;
}

/** @param comment what the public half ends with: no line end */
export async function makeOpensshKey(comment: string): Promise<OpensshKey> {
  const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']);
  if (!('privateKey' in pair)) throw new Error('Ed25519 gives pairs');
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey));
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  try {
    return opensshKey(pkcs8.subarray(-SEED), publicKey, comment);
  } finally {
    pkcs8.fill(0);
  }
}

/** @param seed and @param publicKey 32 bytes each */
export function opensshKey(seed: Uint8Array, publicKey: Uint8Array, comment: string): OpensshKey {
  const shown = concat(text(TYPE), string(publicKey));
  const check = crypto.getRandomValues(new Uint8Array(4));
  const kept = concat(check, check, shown, string(concat(seed, publicKey)), text(comment));
  const padding = Uint8Array.from({ length: (BLOCK - (kept.length % BLOCK)) % BLOCK }, (_, at) => at + 1);
  const whole = concat(
    textOctets('openssh-key-v1\0'),
    text('none'),
    text('none'),
    text(''),
    number(1),
    string(shown),
    string(concat(kept, padding)),
  );
  const lines = base64(whole).match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  const armoured = ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''];
  return { privateKey: armoured.join('\n'), publicKey: `${TYPE} ${base64(shown)} ${comment}` };
}

/** RFC 4251 section 5. */
function number(value: number): Octets {
  const octets = new Uint8Array(4);
  new DataView(octets.buffer).setUint32(0, value);
  return octets;
}
const string = (octets: Uint8Array): Octets => concat(number(octets.length), octets);
const text = (value: string): Octets => string(textOctets(value));
const base64 = (octets: Uint8Array): string => btoa(String.fromCharCode(...octets));
