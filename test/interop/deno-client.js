/** Deno's QUIC and WebTransport against our server; prints what it did as JSON. Arguments: QUIC port, WebTransport port, PEM file of the authority, pin in hex. */
const [quicPort, webPort, caFile, pin] = Deno.args;
const BYTES = 1_000_000;
const text = new TextEncoder();

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (octet) => octet.toString(16).padStart(2, '0')).join('');
}
function random(length) {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536)
    crypto.getRandomValues(bytes.subarray(at, Math.min(length, at + 65_536)));
  return bytes;
}
/** @returns whether a megabyte that went out by the stream came back the same. Deno ends a WebTransport stream with its session only, so as much is read as was sent. */
async function echoed({ readable, writable }) {
  const sent = random(BYTES);
  const back = new Uint8Array(BYTES);
  const reading = (async () => {
    let at = 0;
    for await (const part of readable) {
      back.set(part, at);
      at += part.length;
      if (at === BYTES) break;
    }
  })();
  const writer = writable.getWriter();
  for (let at = 0; at < BYTES; at += 50_000) await writer.write(sent.slice(at, at + 50_000));
  await writer.close();
  await reading;
  return (await sha256(back)) === (await sha256(sent));
}

async function quic() {
  const connection = await Deno.connectQuic({
    hostname: 'localhost',
    port: Number(quicPort),
    alpnProtocols: ['echo/1'],
    caCerts: [await Deno.readTextFile(caFile)],
  });
  await connection.handshake;
  const streams = await Promise.all(
    [1, 2, 3].map(async () => echoed(await connection.createBidirectionalStream())),
  );
  await connection.sendDatagram(text.encode('by datagram'));
  const datagram = new TextDecoder().decode(await connection.readDatagram());
  connection.close({ closeCode: 0, reason: '' });
  return { streams, datagram };
}

async function webTransport() {
  const value = Uint8Array.from(pin.match(/../g), (octet) => Number.parseInt(octet, 16));
  const session = new WebTransport(`https://127.0.0.1:${webPort}/t`, {
    serverCertificateHashes: [{ algorithm: 'sha-256', value }],
  });
  await session.ready;
  const streams = await Promise.all(
    [1, 2].map(async () => echoed(await session.createBidirectionalStream())),
  );
  const writer = session.datagrams.writable.getWriter();
  await writer.write(text.encode('by datagram'));
  const { value: datagram } = await session.datagrams.readable.getReader().read();
  session.close({ closeCode: 7, reason: 'done' });
  await session.closed.catch(() => {});
  return { streams, datagram: new TextDecoder().decode(datagram) };
}

console.log(JSON.stringify({ quic: await quic(), webTransport: await webTransport() }));
Deno.exit(0);
