/**
 * What the library's sessions over TCP lack for us: a reader that does not read must hold the sender back, and datagrams that wait must be
 * few and new. Reaches into the library's objects (1.6.8), which is why it stands alone and the conformance tests watch it.
 */
import type { TrafficClass } from '../../schema/channel.ts';
import type { DatagramOutcome } from '../transport/transport.ts';
import type { WebTransportLike } from '../transport/webtransport.ts';
import { keepReadingAfterReset } from './library-stream.ts';

/** Datagrams that wait while TCP takes no more; the oldest goes when one more comes. */
const WAITING = 64;
/**
 * The library loses the last frame of a WebSocket message that came in several (RFC 6455 section 5.4). Browsers send messages below 64 KiB
 * in one.
 */
const LARGEST_WRITE = 16_384;

interface LibraryStream {
  readonly readableController: { readonly desiredSize: number | null };
  commitReadBuffer(buffer: object): { stopReading?: boolean };
  onStreamNetworkFinish(outcome: { readonly nettask: string }): void;
}

interface LibrarySession {
  onStream(opened: { stream: { jsobj: LibraryStream } }): void;
  readonly objint: {
    readonly capsParser: { readonly blocked: boolean };
    readonly datagramsWaiting_: Uint8Array[];
    getMaxDatagramSize(): number;
    writeDatagram(bytes: Uint8Array): { code: string };
  } | null;
}

/** @param session what the library gives: its client, or a server's session */
export function reliableSession(session: WebTransportLike): WebTransportLike {
  const inner = ('sessionint' in session ? session.sessionint : session) as LibrarySession;
  holdReaders(inner);
  const waiting = new LatestDatagrams(inner);
  return Object.assign(Object.create(session) as WebTransportLike, {
    carrier: 'tcp' as const,
    maxWrite: LARGEST_WRITE,
    closed: session.closed,
    datagrams: session.datagrams,
    incomingBidirectionalStreams: session.incomingBidirectionalStreams,
    createBidirectionalStream: (options?: { sendOrder?: number }) =>
      session.createBidirectionalStream(options),
    close: (info?: { closeCode?: number; reason?: string }) => session.close(info),
    sendDatagram: waiting.send.bind(waiting),
  });
}

/** The library goes on reading, and giving credit, once a first chunk was taken; so it is told to stop whenever a chunk waits. */
function holdReaders(session: LibrarySession): void {
  const onStream = session.onStream.bind(session);
  session.onStream = (opened) => {
    onStream(opened);
    const stream = opened.stream.jsobj;
    keepReadingAfterReset(stream);
    const commit = stream.commitReadBuffer.bind(stream);
    stream.commitReadBuffer = (buffer) => {
      const answer = commit(buffer);
      if ((stream.readableController.desiredSize ?? 0) < 0) answer.stopReading = true;
      return answer;
    };
  };
}

class LatestDatagrams {
  readonly #session: LibrarySession;
  readonly #keyed = new Map<string, Uint8Array>();

  constructor(session: LibrarySession) {
    this.#session = session;
  }

  send(bytes: Uint8Array, trafficClass: TrafficClass, key?: number): DatagramOutcome {
    const native = this.#session.objint;
    if (!native) return 'closed';
    if (bytes.length > native.getMaxDatagramSize()) return 'too_large';
    const waiting = native.datagramsWaiting_;
    let outcome: DatagramOutcome = 'queued';
    if (waiting.length === 0) this.#keyed.clear();
    if (native.capsParser.blocked) {
      const name = key === undefined ? undefined : `${trafficClass} ${key}`;
      const older = name === undefined ? undefined : this.#keyed.get(name);
      if (name !== undefined) this.#keyed.set(name, bytes);
      const at = older ? waiting.indexOf(older) : -1;
      if (at >= 0) {
        waiting[at] = bytes;
        return 'queued';
      }
      if (waiting.length >= WAITING) {
        waiting.shift();
        outcome = 'dropped';
      }
    }
    return native.writeDatagram(bytes).code === 'internalError' ? 'closed' : outcome;
  }
}
