/** Standard Webhooks 1.0.0: HMAC-SHA256 over `id.timestamp.body`, under a secret of the form `whsec_<base64>`. */
const PREFIX = 'whsec_';
const SECRET_BYTES = 32;

const base64 = (octets: Uint8Array) => btoa(String.fromCharCode(...octets));

export function newWebhookSecret(): string {
  return PREFIX + base64(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));
}

export interface Signed {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly body: string;
}

/** The headers a receiver checks. */
export async function signatureHeaders(
  secret: string,
  { id, timestamp, body }: Signed,
): Promise<Record<string, string>> {
  const raw = Uint8Array.from(atob(secret.slice(PREFIX.length)), (letter) => letter.charCodeAt(0));
  const key = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const mac = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(`${id}.${timestamp}.${body}`));
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${base64(new Uint8Array(mac))}`,
  };
}
