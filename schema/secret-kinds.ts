/** What kinds of secrets there are, what a value of each looks like, and which of them the fabric can make itself. */
import { z } from 'zod';

export const SecretKind = z.enum(['password', 'ssh_key', 'token', 'certificate', 'text']);
export type SecretKind = z.infer<typeof SecretKind>;

/** `previous` stays good while its overlap lasts; `retired` is kept for going back to; of `destroyed` only the number is left. */
export const VersionState = z.enum(['current', 'previous', 'retired', 'destroyed']);
export type VersionState = z.infer<typeof VersionState>;

/** How the fabric makes new values. */
export const GeneratedSecret = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('password'), length: z.int().min(16).max(128).default(32) }),
  z.strictObject({ kind: z.literal('ssh_key') }),
]);
export type GeneratedSecret = z.infer<typeof GeneratedSecret>;

/** UTF-8 bytes of one value. */
export const MAX_SECRET_BYTES = 64 * 1024;

const FORMS: Readonly<
  Record<SecretKind, { readonly fits: (value: string) => boolean; readonly text: string }>
> = {
  password: {
    fits: (value) => value.length <= 1024 && !/[\r\n\0]/.test(value),
    text: 'a password is one line of at most 1024 characters',
  },
  ssh_key: {
    fits: (value) =>
      value.length <= 16_384 &&
      /^(-----BEGIN [A-Z ]*PRIVATE KEY-----|PuTTY-User-Key-File-[23]: \S+)\r?\n/.test(value),
    text: 'an SSH key is an unencrypted private key of OpenSSH, PEM or PuTTY, of at most 16384 characters',
  },
  token: {
    fits: (value) => /^[\x21-\x7e]+$/.test(value),
    text: 'a token is visible ASCII without spaces',
  },
  certificate: {
    fits: (value) => value.includes('-----BEGIN CERTIFICATE-----'),
    text: 'a certificate is PEM text with -----BEGIN CERTIFICATE-----',
  },
  text: { fits: () => true, text: '' },
};

/** What is wrong with a value, never the value; undefined when it will do. */
export function unfitValue(kind: SecretKind, value: string): string | undefined {
  if (value === '') return 'the value is empty';
  if (new TextEncoder().encode(value).length > MAX_SECRET_BYTES)
    return `a value has at most ${MAX_SECRET_BYTES} bytes`;
  const { fits, text } = FORMS[kind];
  return fits(value) ? undefined : text;
}
