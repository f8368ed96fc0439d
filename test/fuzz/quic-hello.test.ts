/** A ClientHello is not authenticated when the server answers it: whatever was changed in it, the server lives on. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { bindEndpoint } from '../../dataplane/quic/endpoint.ts';
import { dialOptions, listening, testLeaves } from '../../dataplane/quic/test-pair.ts';
import { type InitialPacket, openInitial, sealInitial } from './initial-packet.ts';

/** QUIC's transport parameters among TLS extensions (RFC 9001 section 8.2), with the high byte of their length. */
const TRANSPORT_PARAMETERS = Buffer.of(0, 0x39, 0);
const MISSING_EXTENSION = 0x16d;

/** A client's first packet, in the clear. */
async function firstPacket(leaves: Awaited<ReturnType<typeof testLeaves>>): Promise<InitialPacket> {
  const sink = createSocket('udp4').bind(0, '127.0.0.1');
  await once(sink, 'listening');
  await using near = await bindEndpoint();
  near.dial(dialOptions(leaves, sink.address().port, { handshakeTimeoutMs: 5000 })).catch(() => {});
  const [bytes] = (await once(sink, 'message')) as [Buffer];
  sink.close();
  const opened = openInitial(bytes, 'client');
  if (!opened) throw new Error('a client began with something else than an Initial');
  return opened;
}

test('a client without transport parameters is told so by TLS, and others are served', async () => {
  const leaves = await testLeaves();
  await using far = await listening(leaves);
  const hello = await firstPacket(leaves);
  const frames = Buffer.from(hello.frames);
  const at = frames.indexOf(TRANSPORT_PARAMETERS);
  expect(at).toBeGreaterThan(0);
  // An extension that no server knows takes its place.
  frames.writeUInt16BE(0xfafa, at);
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const answers: Buffer[] = [];
  socket.on('message', (bytes) => void answers.push(bytes));
  socket.send(sealInitial({ ...hello, frames }, 'client'), far.endpoint.port, '127.0.0.1');
  await expect.poll(() => answers.length, { timeout: 5000 }).toBeGreaterThan(0);
  const codes = answers.flatMap((bytes) => {
    const close = openInitial(bytes, 'server', hello.destination)?.frames;
    const start = close?.indexOf(0x1c) ?? -1;
    return close && start >= 0 ? [close.readUInt16BE(start + 1) & 0x3fff] : [];
  });
  expect(codes).toContain(MISSING_EXTENSION);
  await sleep(100);
  await using near = await bindEndpoint();
  await near.dial(dialOptions(leaves, far.endpoint.port));
  socket.close();
});
