/** A `stream` channel: one TCP connection's bytes as they are, FIN for FIN, with both windows in force. */
import { connect, type Socket } from 'node:net';
import { FLOW_CANCELLED, Refusal, type RefusalCode } from '../../schema/refusal.ts';
import type { ByteStream } from '../transport/transport.ts';

const CONNECT_MS = 10_000;
const REASONS: Readonly<Record<string, RefusalCode>> = {
  ECONNREFUSED: 'target_refused',
  ECONNRESET: 'target_refused',
};

/** @throws Refusal `target_refused` or `target_unreachable` */
export function connectTcp(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true, allowHalfOpen: true });
    const fail = (error: NodeJS.ErrnoException) => {
      socket.destroy();
      reject(new Refusal(REASONS[error.code ?? ''] ?? 'target_unreachable', undefined, { cause: error }));
    };
    socket.setTimeout(CONNECT_MS, () => fail(new Error('timed out')));
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('error', fail);
      resolve(socket);
    });
  });
}

/** Joins a socket and a channel until both are over. */
export function joinTcp(socket: Socket, stream: ByteStream): Promise<void> {
  return new Promise((resolve) => {
    const send = () => {
      while (!socket.writableNeedDrain) {
        const chunk = stream.read();
        if (!chunk) break;
        socket.write(chunk);
      }
      if (stream.readableEnded) socket.end();
    };
    socket.on('data', (chunk: Buffer) => {
      if (!stream.write(chunk)) socket.pause();
    });
    socket.on('drain', send);
    socket.on('end', () => stream.end());
    socket.on('error', () => stream.reset(FLOW_CANCELLED));
    socket.on('close', () => {
      stream.stop(FLOW_CANCELLED);
      stream.end();
      resolve();
    });
    stream.observe({
      readable: send,
      writable: () => socket.resume(),
      // The target must not take what was cut for all there is: no FIN.
      reset: () => socket.resetAndDestroy(),
      stopped: () => socket.resetAndDestroy(),
      closed: () => {
        if (!socket.writableEnded) socket.end();
      },
    });
  });
}
