/** An SSH connection to the target (RFC 4252, RFC 4253), its host key pinned. */
import { createHash, timingSafeEqual } from 'node:crypto';
import ssh2, { type ConnectConfig, type Client as SshClient } from 'ssh2';
import { Refusal } from '../../../schema/refusal.ts';
import type { Credential, Target } from '../../../schema/resource.ts';

export type SshTarget = Extract<Target, { protocol: 'ssh' }>;

const READY_MS = 15_000;
const KEEPALIVE_MS = 30_000;

/** `SHA256:` and unpadded base64, as OpenSSH prints it. */
export function fingerprint(hostKey: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(hostKey).digest('base64').replace(/=+$/, '')}`;
}

function isPinned(hostKey: Uint8Array, pins: readonly string[]): boolean {
  const shown = Buffer.from(fingerprint(hostKey));
  return pins.some((pin) => pin.length === shown.length && timingSafeEqual(Buffer.from(pin), shown));
}

/** @throws Refusal `target_untrusted`, `target_auth_failed`, `target_refused` or `target_unreachable` */
export function connectSsh(
  target: SshTarget,
  credential: Credential | undefined,
  signal: AbortSignal,
): Promise<SshClient> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    let trusted = true;
    const abort = () => client.destroy();
    signal.addEventListener('abort', abort, { once: true });
    const config: ConnectConfig = {
      host: target.host,
      port: target.port,
      username: target.username,
      readyTimeout: READY_MS,
      keepaliveInterval: KEEPALIVE_MS,
      // GCM first: the hardware does it, and bulk is bound by this cipher.
      algorithms: {
        cipher: [
          'aes128-gcm@openssh.com',
          'aes256-gcm@openssh.com',
          'chacha20-poly1305@openssh.com',
          'aes256-ctr',
        ],
      },
      hostVerifier: (key: Buffer) => {
        trusted = isPinned(key, target.hostKeys);
        return trusted;
      },
      ...(credential?.type === 'private_key' ? { privateKey: credential.privateKey } : {}),
      ...(credential?.type === 'password' ? { password: credential.password } : {}),
    };
    client.once('ready', () => {
      signal.removeEventListener('abort', abort);
      forgetCredential(client);
      client.setNoDelay(true);
      resolve(client);
    });
    client.on('error', (error: Error & { level?: string; code?: string }) => {
      signal.removeEventListener('abort', abort);
      forgetCredential(client);
      reject(whyNot(error, trusted));
    });
    try {
      client.connect(config);
    } catch {
      // A key that it can not read. Without the cause: it may quote the key.
      signal.removeEventListener('abort', abort);
      reject(new Refusal('target_auth_failed', 'the stored key is not one that SSH can read'));
    }
  });
}

/** A connection lives for days and signs in once: ssh2 need not remember what with. */
function forgetCredential(
  client: SshClient & { config?: { password?: unknown; privateKey?: unknown } },
): void {
  if (!client.config) return;
  delete client.config.password;
  delete client.config.privateKey;
}

function whyNot(error: Error & { level?: string; code?: string }, trusted: boolean): Refusal {
  const options = { cause: error };
  if (!trusted) return new Refusal('target_untrusted', undefined, options);
  if (error.level === 'client-authentication') return new Refusal('target_auth_failed', undefined, options);
  if (error.code === 'ECONNREFUSED') return new Refusal('target_refused', undefined, options);
  return new Refusal('target_unreachable', undefined, options);
}
