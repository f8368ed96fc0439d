/** Where a request came from, as far as it can be trusted. */
import type { Context } from 'hono';
import type { AppBindings } from './services.ts';
import { addressBehind, parseBlocks } from './trusted-proxies.ts';

/**
 * On Node and Deno the socket's own address, or, where that is a proxy that the installation trusts, the one it names: any other header would
 * be whatever the client wrote. On the edge, where there is no socket, `cf-connecting-ip`, which the edge sets itself and no client can
 * give. `direct` when neither is known.
 */
export function clientAddress(c: Context<AppBindings>): string {
  return remoteAddress(c) ?? c.req.header('cf-connecting-ip') ?? 'direct';
}

/** As above, where there is a socket. */
export function remoteAddress(c: Context<AppBindings>): string | undefined {
  const socket = socketAddress(c.env);
  if (socket === undefined) return undefined;
  const { FABRIC_TRUSTED_PROXIES: trusted } = c.get('services').env;
  if (trusted === undefined) return socket;
  return addressBehind(socket, c.req.header('x-forwarded-for'), parseBlocks(trusted) ?? []);
}

/** What @hono/node-server binds: `{ incoming: http.IncomingMessage }`. */
function socketAddress(bindings: unknown): string | undefined {
  const incoming = property(bindings, 'incoming');
  const address = property(property(incoming, 'socket'), 'remoteAddress');
  return typeof address === 'string' ? address : undefined;
}

function property(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined;
}
