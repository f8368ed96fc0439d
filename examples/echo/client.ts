/** Has a stream and a datagram echoed, first over QUIC directly, then over WebTransport: `node examples/echo/client.ts URL HASH` */
import { bindEndpoint } from '../../dataplane/quic/endpoint.ts';
import type { Connection } from '../../dataplane/transport/transport.ts';
import { webTransportConnection } from '../../dataplane/transport/webtransport.ts';
import { dialWebTransport } from '../../dataplane/webtransport/webtransport.ts';
import { hashOf } from './identity.ts';

const [url, hash] = process.argv.slice(2);
if (url === undefined || hash === undefined) throw new Error('usage: node examples/echo/client.ts URL HASH');

async function echoedStream(connection: Connection, text: string): Promise<string> {
  const stream = await connection.openStream(0);
  const chunks: Uint8Array[] = [];
  await new Promise<void>((resolve, reject) => {
    stream.observe({
      readable: () => {
        for (let bytes = stream.read(); bytes; bytes = stream.read()) chunks.push(bytes);
      },
      writable: () => {},
      reset: (code) => reject(new Error(`the stream was reset with ${code}`)),
      stopped: (code) => reject(new Error(`the stream was stopped with ${code}`)),
      closed: resolve,
    });
    stream.write(new TextEncoder().encode(text));
    stream.end();
  });
  return Buffer.concat(chunks).toString();
}

/** Datagrams may be lost, so it is sent again until one comes back. */
async function echoedDatagram(connection: Connection, text: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  connection.observe({
    stream: (stream) => stream.reset(0),
    datagrams: ([first]) => resolve(Buffer.from(first ?? []).toString()),
    closed: ({ reason }) => reject(new Error(`the connection is closed: ${reason}`)),
  });
  const send = () => connection.sendDatagram(new TextEncoder().encode(text), 0);
  send();
  const again = setInterval(send, 100);
  return promise.finally(() => clearInterval(again));
}

async function talk(name: string, connection: Connection): Promise<void> {
  console.log(`${name}: ${await echoedStream(connection, 'a stream')}`);
  console.log(`${name}: ${await echoedDatagram(connection, 'a datagram')}`);
  await connection.close(0, 'done');
}

const { hostname, port } = new URL(url);
const endpoint = await bindEndpoint({ host: '0.0.0.0' });
const quic = await endpoint.dial({
  host: hostname,
  port: Number(port),
  alpn: 'echo/1',
  // Nobody else looks at the certificate: without this check anyone could answer.
  verify: ({ certificates: [leaf] }) => leaf !== undefined && hashOf(leaf) === hash,
});
await talk('quic', quic);
await endpoint.close();

const session = await dialWebTransport(url, { certificateHashes: [Buffer.from(hash, 'hex')] });
await talk('webtransport', webTransportConnection(session));
