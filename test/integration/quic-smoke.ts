/**
 * Run with another build of the addon (FABRIC_QUIC_ADDON): a handshake, a stream echoed, and datagrams that fill the congestion window of a line
 * that loses one packet in twenty. Prints what it did as JSON.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { bindEndpoint } from '../../dataplane/quic/endpoint.ts';
import { native } from '../../dataplane/quic/native.ts';
import type { QuicConnection } from '../../dataplane/quic/quic.ts';
import { testAuthority } from '../../dataplane/quic/test-identity.ts';
import { echoStream } from '../../dataplane/transport/test-echo.ts';
import { seededRandom } from '../random.ts';

const LOSS = 0.05;
const DATAGRAMS_MS = 5000;
const BYTES = 1_000_000;

/** @returns the port to dial instead */
async function lossyLine(target: number): Promise<{ port: number; close(): void }> {
  const random = seededRandom(5);
  const sockets = [createSocket('udp4'), createSocket('udp4')] as [Socket, Socket];
  for (const socket of sockets) {
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
  }
  const [front, back] = sockets;
  let client = 0;
  front.on('message', (bytes, { port }) => {
    client = port;
    if (!random.chance(LOSS)) back.send(bytes, target, '127.0.0.1');
  });
  back.on('message', (bytes) => {
    if (!random.chance(LOSS)) front.send(bytes, client, '127.0.0.1');
  });
  return {
    port: front.address().port,
    close: () => {
      for (const socket of sockets) socket.close();
    },
  };
}

const identity = await (await testAuthority()).issue('fabric://smoke/server');
const server = await bindEndpoint();
let arrived = 0;
server.listen({
  identity,
  alpn: ['smoke/1'],
  accept: () => true,
  connection: (connection) =>
    connection.observe({
      datagrams: (batch) => {
        arrived += batch.length;
      },
      stream: (stream) => echoStream(stream),
      closed: () => {},
    }),
});

async function echo(connection: QuicConnection): Promise<number> {
  const stream = await connection.openStream(4);
  return new Promise((resolve) => {
    let length = 0;
    stream.observe({
      readable: () => {
        for (let chunk = stream.read(); chunk; chunk = stream.read()) length += chunk.length;
        if (stream.readableEnded) resolve(length);
      },
      writable: () => {},
      reset: () => resolve(-1),
      stopped: () => {},
      closed: () => {},
    });
    stream.write(new Uint8Array(BYTES));
    stream.end();
  });
}

const line = await lossyLine(server.port);
const client = await bindEndpoint();
const dialed = await client.dial({
  host: '127.0.0.1',
  port: line.port,
  alpn: 'smoke/1',
  verify: () => true,
});
const echoed = await echo(dialed);

// A connection that says nothing else: no stream's timer helps the datagrams along.
let longestSilenceMs = 0;
let [seen, seenAt] = [arrived, performance.now()];
const until = seenAt + DATAGRAMS_MS;
while (performance.now() < until) {
  for (let n = 0; n < 40; n += 1) dialed.sendDatagram(new Uint8Array(1000), 1);
  await sleep(2);
  if (arrived !== seen) [seen, seenAt] = [arrived, performance.now()];
  longestSilenceMs = Math.max(longestSilenceMs, Math.round(performance.now() - seenAt));
}
const { datagramsLost } = dialed.stats();
await dialed.close(0, '');
await client.close();
await server.close();
line.close();
const ngtcp2 = native.ngtcp2Version();
process.stdout.write(`${JSON.stringify({ ngtcp2, echoed, arrived, datagramsLost, longestSilenceMs })}\n`);
