/** Tokens that mean nothing but themselves: random, prefixed so that a leak is recognised, kept only as a hash. */
import { base64url } from 'jose';

export type TokenKind = 'refresh' | 'bootstrap' | 'invitation';
const PREFIX = { refresh: 'fbr_', bootstrap: 'fbb_', invitation: 'fbi_' } as const satisfies Record<
  TokenKind,
  string
>;

export function newToken(kind: TokenKind): string {
  return PREFIX[kind] + base64url.encode(crypto.getRandomValues(new Uint8Array(32)));
}

/** 256 random bits need no slow hash. */
export async function hashToken(token: string): Promise<string> {
  return base64url.encode(
    new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token))),
  );
}
