/** Echoes streams and datagrams, over WebTransport and over QUIC directly, on one UDP port: `node examples/echo/server.ts` */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bindEndpoint } from '../../dataplane/quic/endpoint.ts';
import type { ByteStream, Connection } from '../../dataplane/transport/transport.ts';
import { webTransportConnection } from '../../dataplane/transport/webtransport.ts';
import { serveWebTransport } from '../../dataplane/webtransport/webtransport.ts';
import { selfSigned } from './identity.ts';

function echo(connection: Connection): void {
  connection.observe({
    stream: echoStream,
    datagrams: (batch) => {
      for (const bytes of batch) connection.sendDatagram(bytes, 0);
    },
    closed: () => {},
  });
}

/** While the way back is full nothing is read: the sender waits, and memory stays bounded. */
function echoStream(stream: ByteStream): void {
  let isFull = false;
  const pump = () => {
    while (!isFull) {
      const bytes = stream.read();
      if (!bytes) break;
      isFull = !stream.write(bytes);
    }
    if (stream.readableEnded) stream.end();
  };
  stream.observe({
    readable: pump,
    writable: () => {
      isFull = false;
      pump();
    },
    reset: (code) => stream.reset(code),
    stopped: (code) => stream.stop(code),
    closed: () => {},
  });
}

const page = createServer(async (_, response) => {
  const html = await readFile(new URL('page.html', import.meta.url));
  response.setHeader('content-type', 'text/html').end(html);
}).listen(0, '127.0.0.1');
await new Promise((resolve) => page.once('listening', resolve));
const origin = `http://127.0.0.1:${(page.address() as AddressInfo).port}`;

const web = await serveWebTransport({
  path: '/echo',
  // Browsers say where the page came from; programs say nothing.
  allowOrigin: (from) => from === undefined || from === origin,
  session: (session) => echo(webTransportConnection(session)),
});
const identity = await selfSigned();
const endpoint = await bindEndpoint();
endpoint.listen({
  identity,
  alpn: ['h3', 'echo/1'],
  accept: () => true,
  connection: (connection) => (connection.peer.alpn === 'h3' ? web.receive(connection) : echo(connection)),
});

const url = `https://127.0.0.1:${endpoint.port}/echo`;
console.log(`page    ${origin}/?url=${url}&hash=${identity.hash}`);
console.log(`client  node examples/echo/client.ts ${url} ${identity.hash}`);

async function stop() {
  page.close();
  page.closeAllConnections();
  await web.close();
  await endpoint.close();
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
