/** Where a request came from, as far as it can be trusted. */
import type { Context } from 'hono';
import type { AppBindings } from './services.ts';

/**
 * On Node the socket's own address: a header would be whatever the client wrote. On the edge, where there is no socket, `cf-connecting-ip`,
 * which the edge sets itself and no client can give. `direct` when neither is known.
 */
export function clientAddress(c: Context<AppBindings>): string {
  return socketAddress(c.env) ?? c.req.header('cf-connecting-ip') ?? 'direct';
}

/** What @hono/node-server binds: `{ incoming: http.IncomingMessage }`. */
export function socketAddress(bindings: unknown): string | undefined {
  const incoming = property(bindings, 'incoming');
  const address = property(property(incoming, 'socket'), 'remoteAddress');
  return typeof address === 'string' ? address : undefined;
}

function property(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined;
}
