/** How a server is satisfied of who comes (RFC 6143 sections 7.1 and 7.2): with a password, or with nothing, as the resource says. */
import { createCipheriv } from 'node:crypto';
import type { Socket } from 'node:net';
import { ProtocolViolation, Refusal } from '../../../schema/refusal.ts';
import type { Credential, Target } from '../../../schema/resource.ts';
import type { ByteSource } from './byte-source.ts';

export type VncTarget = Extract<Target, { protocol: 'vnc' }>;
/** 3.`minor` */
export type Minor = 3 | 7 | 8;

const SECURITY = { none: 1, password: 2 } as const;
const MAX_REASON = 4096;
const PASSWORD_BYTES = 8;

/** Version, security type and proof. @throws Refusal `target_*`, ProtocolViolation */
export async function signIn(
  source: ByteSource,
  socket: Socket,
  wanted: VncTarget['security'],
  credential: Credential | undefined,
): Promise<void> {
  const minor = await agreeVersion(source, socket);
  const type = SECURITY[wanted];
  const offered = await offeredTypes(source, minor);
  if (!offered.includes(type))
    throw new Refusal(
      'target_untrusted',
      `the VNC server does not offer the security that the resource wants (${wanted})`,
    );
  if (minor !== 3) socket.write(Uint8Array.of(type));
  if (type === SECURITY.password) {
    if (credential?.type !== 'password')
      throw new Refusal('target_auth_failed', 'this resource has no stored password');
    socket.write(answerChallenge(await source.take(16), credential.password));
  } else if (minor !== 8) return;
  await result(source, minor);
}

async function agreeVersion(source: ByteSource, socket: Socket): Promise<Minor> {
  const [, major, minor] = /^RFB (\d{3})\.(\d{3})\n$/.exec((await source.take(12)).toString('latin1')) ?? [];
  if (major === undefined || minor === undefined || Number(major) < 3)
    throw new ProtocolViolation('what answers is not a VNC server');
  const agreed = Number(major) > 3 || Number(minor) >= 8 ? 8 : Number(minor) === 7 ? 7 : 3;
  socket.write(`RFB 003.00${agreed}\n`);
  return agreed;
}

async function offeredTypes(source: ByteSource, minor: Minor): Promise<number[]> {
  const types =
    minor === 3
      ? [(await source.take(4)).readUInt32BE()]
      : [...(await source.take((await source.take(1))[0] ?? 0))];
  if (types.length > 0 && types[0] !== 0) return types;
  throw new Refusal('target_refused', `the VNC server refuses: ${await reason(source)}`);
}

async function result(source: ByteSource, minor: Minor): Promise<void> {
  if ((await source.take(4)).readUInt32BE() === 0) return;
  const why = minor === 8 ? await reason(source) : 'it gives no reason';
  throw new Refusal('target_auth_failed', `the VNC server does not accept the password: ${why}`);
}

/** The server's words, for a person: no control characters. */
async function reason(source: ByteSource): Promise<string> {
  const length = (await source.take(4)).readUInt32BE();
  if (length > MAX_REASON) throw new ProtocolViolation('a reason that is too long');
  return (await source.take(length)).toString('utf8').replace(/\p{Cc}/gu, ' ');
}

/** The password, cut to eight bytes, is a DES key with the bits of each byte the other way round (RFC 6143 section 7.2.2). */
export function answerChallenge(challenge: Uint8Array, password: string): Uint8Array {
  const key = Buffer.alloc(PASSWORD_BYTES);
  key.set(Buffer.from(password, 'utf8').subarray(0, PASSWORD_BYTES));
  for (const [at, byte] of key.entries()) key[at] = mirrored(byte);
  // DES alone is switched off in OpenSSL 3; three times with one key it is the same.
  const cipher = createCipheriv('des-ede3-ecb', Buffer.concat([key, key, key]), null).setAutoPadding(false);
  return Buffer.concat([cipher.update(challenge), cipher.final()]);
}

function mirrored(byte: number): number {
  let out = 0;
  for (let bit = 0; bit < 8; bit += 1) out |= ((byte >> bit) & 1) << (7 - bit);
  return out;
}
