/** Connects, uses and closes connections, both ends in this process; answers each `N` with its memory after N more of them, MiB. */
import { setTimeout as sleep } from 'node:timers/promises';
import { bindEndpoint } from '../../dataplane/quic/endpoint.ts';
import type { QuicConnection } from '../../dataplane/quic/quic.ts';
import { testAuthority } from '../../dataplane/quic/test-identity.ts';
import type { ByteStream } from '../../dataplane/transport/transport.ts';
import { answerParent, collectGarbage } from './process.ts';

const AT_A_TIME = 8;
const BYTES = 20_000;

const authority = await testAuthority();
const identity = await authority.issue('fabric://soak/server');
const clientIdentity = await authority.issue('fabric://soak/client');
const [server, client] = [await bindEndpoint(), await bindEndpoint()];

/** Sends what it reads to `sink`; resolves with how many bytes came until the end. */
function drain(stream: ByteStream, sink: (chunk: Uint8Array) => void, ended = () => {}): Promise<number> {
  return new Promise((resolve, reject) => {
    let length = 0;
    const readable = () => {
      for (let chunk = stream.read(); chunk; chunk = stream.read()) {
        length += chunk.length;
        sink(chunk);
      }
      if (!stream.readableEnded) return;
      ended();
      resolve(length);
    };
    const broken = () => reject(new Error('a stream was broken off'));
    stream.observe({ readable, writable: () => {}, reset: broken, stopped: broken, closed: broken });
  });
}

server.listen({
  identity,
  alpn: ['soak/1'],
  accept: () => true,
  connection: (connection) =>
    connection.observe({
      stream: (stream) => {
        // The client closes without waiting for the last acknowledgement.
        drain(
          stream,
          (chunk) => void stream.write(chunk),
          () => stream.end(),
        ).catch(() => {});
      },
      datagrams: (batch) => {
        for (const bytes of batch) connection.sendDatagram(bytes, 0);
      },
      closed: () => {},
    }),
});

let ticket: Uint8Array | undefined;

async function cycle(n: number): Promise<void> {
  const connection: QuicConnection = await client.dial({
    host: '127.0.0.1',
    port: server.port,
    alpn: 'soak/1',
    identity: clientIdentity,
    verify: () => true,
    ...(ticket && n % 2 === 0 && { ticket }),
  });
  connection.observe({ stream: () => {}, datagrams: () => {}, closed: () => {} });
  for (let k = 0; k < 10; k += 1) connection.sendDatagram(new Uint8Array(200), 1, k % 3);
  const stream = await connection.openStream(4);
  const echoed = drain(stream, () => {});
  stream.write(new Uint8Array(BYTES));
  stream.end();
  if ((await echoed) !== BYTES) throw new Error('the echo was not whole');
  ticket = connection.ticket ?? ticket;
  await connection.close(0, 'done');
}

async function cycles(count: number): Promise<number> {
  let started = 0;
  const loop = async () => {
    while (started < count) {
      started += 1;
      await cycle(started);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, loop));
  while (server.stats().connections + client.stats().connections > 0) await sleep(20);
  collectGarbage();
  return process.memoryUsage().rss / 2 ** 20;
}

answerParent((question) => cycles(Number(question)));
process.send?.('ready');
