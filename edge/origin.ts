/** Where a request came from, for the audit trail: kept under its request id while it is answered, so that whoever records need not pass it on. */
import type { Context } from 'hono';
import { remoteAddress } from './client-address.ts';
import type { AppBindings } from './services.ts';

export interface Origin {
  readonly address: string | null;
  readonly userAgent: string | null;
  /** Which of the edge's places answered; null where there is one only. */
  readonly region: string | null;
}

const NOWHERE: Origin = { address: null, userAgent: null, region: null };
const MAX_ADDRESS = 64;
const MAX_AGENT = 256;

/** As many as there are requests being answered in this process. */
const origins = new Map<string, Origin>();

export function rememberOrigin(requestId: string, origin: Origin): () => void {
  origins.set(requestId, origin);
  return () => void origins.delete(requestId);
}

export function originOf(requestId: string): Origin {
  return origins.get(requestId) ?? NOWHERE;
}

/** On Node the socket's, or behind a trusted proxy the client's; at the edge what the edge itself says, which a client can't set there. */
export function readOrigin(c: Context<AppBindings>): Origin {
  const { cf } = c.req.raw as { cf?: { colo?: unknown } };
  const address = remoteAddress(c) ?? (cf ? c.req.header('cf-connecting-ip') : undefined);
  return {
    address: clean(address, MAX_ADDRESS),
    userAgent: clean(c.req.header('user-agent'), MAX_AGENT),
    region: clean(typeof cf?.colo === 'string' ? cf.colo : undefined, MAX_ADDRESS),
  };
}

function clean(text: string | undefined, max: number): string | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text === undefined ? null : text.replace(/[\u0000-\u001f\u007f]/g, ' ').slice(0, max);
}
