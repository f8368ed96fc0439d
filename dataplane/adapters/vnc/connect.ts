/** A connection to a VNC server, signed in and with the pixel format and encodings that the adapter reads (RFC 6143 section 7.3). */
import type { Socket } from 'node:net';
import { ProtocolViolation, Refusal } from '../../../schema/refusal.ts';
import type { Credential } from '../../../schema/resource.ts';
import { isPossible, type Size } from '../../../schema/wire/render.ts';
import { connectTcp } from '../../channel/tcp-stream.ts';
import { ByteSource } from './byte-source.ts';
import { setEncodings, setPixelFormat } from './requests.ts';
import { signIn, type VncTarget } from './security.ts';

const HANDSHAKE_MS = 15_000;
const MAX_NAME = 65_536;

export interface VncConnection {
  readonly socket: Socket;
  readonly source: ByteSource;
  readonly size: Size;
}

/** @throws Refusal `target_*` */
export async function connectVnc(
  target: VncTarget,
  credential: Credential | undefined,
  signal: AbortSignal,
): Promise<VncConnection> {
  const socket = await connectTcp(target.host, target.port);
  socket.on('error', () => {});
  const enough = AbortSignal.any([signal, AbortSignal.timeout(HANDSHAKE_MS)]);
  const abort = () => socket.destroy();
  enough.addEventListener('abort', abort, { once: true });
  if (enough.aborted) abort();
  try {
    const source = new ByteSource(socket);
    await signIn(source, socket, target.security, credential);
    return { socket, source, size: await begin(source, socket) };
  } catch (error) {
    socket.destroy();
    if (!(error instanceof ProtocolViolation)) throw error;
    throw new Refusal('target_unreachable', `no VNC session: ${error.message}`, { cause: error });
  } finally {
    enough.removeEventListener('abort', abort);
  }
}

async function begin(source: ByteSource, socket: Socket): Promise<Size> {
  // Shared: whoever is there already stays.
  socket.write(Uint8Array.of(1));
  const init = await source.take(24);
  const size = { width: init.readUInt16BE(0), height: init.readUInt16BE(2) };
  if (!isPossible(size)) throw new ProtocolViolation(`a desktop of ${size.width} x ${size.height}`);
  const nameLength = init.readUInt32BE(20);
  if (nameLength > MAX_NAME) throw new ProtocolViolation('a name that is too long');
  await source.skip(nameLength);
  socket.write(setPixelFormat());
  socket.write(setEncodings());
  return size;
}
