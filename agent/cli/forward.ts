/** `fabric forward`: a local port whose connections come out at the resource's target, all through one session. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { Refusal } from '../../schema/refusal.ts';
import { joinStream } from './pump.ts';
import { type Attaching, attachTo } from './session.ts';

const MAX_CONNECTIONS = 200;

/** @throws Refusal `bad_request` */
export function parseListen(text: string): { host: string; port: number } {
  const match = /^(?:(.+):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (!match || port > 65535) throw new Refusal('bad_request', `${text} is not HOST:PORT`);
  const host = (match[1] ?? '127.0.0.1').replace(/^\[|\]$/g, '');
  return { host, port };
}

/** Runs until interrupted, or until the session ends. @returns the exit status */
export async function runForward(
  attaching: Attaching,
  listen: string,
  announce: (address: { host: string; port: number }) => void,
): Promise<number> {
  const { host, port } = parseListen(listen);
  const attachment = await attachTo(attaching);
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    attachment
      .openStream()
      .then((stream) => joinStream(stream, socket.resume(), socket))
      .catch((error: unknown) => {
        attaching.verbose(
          `connection refused or cut: ${error instanceof Error ? error.message : String(error)}`,
        );
        socket.destroy();
      });
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.listen(port, host);
  await once(server, 'listening').catch((error: Error) => {
    throw new Refusal('bad_request', `can not listen on ${host}:${port}: ${error.message}`);
  });
  const address = server.address();
  announce({ host, port: typeof address === 'object' && address ? address.port : port });

  const interrupted = Promise.withResolvers<undefined>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => interrupted.resolve(undefined));
  const end = await Promise.race([attachment.closed, interrupted.promise]);
  server.close();
  for (const socket of sockets) socket.resetAndDestroy();
  await attachment.detach();
  if (end) throw new Refusal(end.ended ? 'session_ended' : 'unavailable', end.reason);
  return 0;
}
