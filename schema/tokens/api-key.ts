/** An API key: `fabk_`, then which organization and which key, then 256 random bits. The prefix lets a leak be recognised; the ids find its row. */
import { base64url } from 'jose';
import { ApiKeyId, OrgId } from '../ids.ts';

const FORM = /^fabk_([A-Za-z0-9_-]{43})_([A-Za-z0-9_-]{43})$/;
export const API_KEY_PREFIX = 'fabk_';
const UUID_BYTES = 16;
const SECRET_BYTES = 32;

export function newApiKey(org: OrgId, id: ApiKeyId): string {
  const ids = new Uint8Array([...bytesOf(org), ...bytesOf(id)]);
  const secret = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  return `${API_KEY_PREFIX}${base64url.encode(ids)}_${base64url.encode(secret)}`;
}

/** What a key says of itself, which proves nothing; undefined when it is none. */
export function claimedByApiKey(key: string): { org: OrgId; id: ApiKeyId } | undefined {
  const [, ids] = FORM.exec(key) ?? [];
  if (ids === undefined) return undefined;
  const bytes = base64url.decode(ids);
  const org = OrgId.safeParse(uuidOf(bytes.subarray(0, UUID_BYTES)));
  const id = ApiKeyId.safeParse(uuidOf(bytes.subarray(UUID_BYTES)));
  return org.success && id.success ? { org: org.data, id: id.data } : undefined;
}

function bytesOf(uuid: string): number[] {
  return (uuid.replaceAll('-', '').match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
}

function uuidOf(bytes: Uint8Array): string {
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
