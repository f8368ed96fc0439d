/** The token of an `Authorization: Bearer` header (RFC 6750, section 2.1). */
import { Refusal } from '../../schema/refusal.ts';

/** @throws Refusal `unauthenticated` */
export function bearer(header: string | undefined): string {
  const [scheme, token] = (header ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || !token) throw new Refusal('unauthenticated');
  return token;
}
