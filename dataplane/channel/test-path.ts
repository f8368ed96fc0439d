/** For tests: one stream with somebody in the middle who has all the power of a relay, and the ends of a sealed channel to put on it. */
import { memoryPair } from '../transport/memory.ts';
import { refuseStream } from '../transport/refuse.ts';
import type { ByteStream } from '../transport/transport.ts';
import type { MakeAead } from './aead.ts';
import { AttachmentKeys } from './keys.ts';
import { initiate, makeDhKeys, respond } from './noise.ts';

export type Way = 'there' | 'back';
/** What the one in the middle makes of a chunk: these instead, and then perhaps the end of the path. */
export interface Treated {
  readonly chunks: readonly Uint8Array[];
  readonly cut?: boolean;
}
export type Treat = (way: Way, chunk: Uint8Array) => Treated;

export const honest: Treat = (_, chunk) => ({ chunks: [chunk] });

export async function testPath(treat: Treat = honest): Promise<[near: ByteStream, far: ByteStream]> {
  const [[near, here], [there, far]] = [await streamPair(), await streamPair()];
  const cut = () => {
    refuseStream(here, 1);
    refuseStream(there, 1);
  };
  pump(here, there, (chunk) => treat('there', chunk), cut);
  pump(there, here, (chunk) => treat('back', chunk), cut);
  return [near, far];
}

async function streamPair(): Promise<[ByteStream, ByteStream]> {
  const [a, b] = memoryPair();
  const arrived = new Promise<ByteStream>((resolve) =>
    b.observe({ stream: resolve, datagrams: () => {}, closed: () => {} }),
  );
  return [await a.openStream(0), await arrived];
}

function pump(
  from: ByteStream,
  to: ByteStream,
  treat: (chunk: Uint8Array) => Treated,
  cut: () => void,
): void {
  const take = () => {
    for (let chunk = from.read(); chunk; chunk = from.read()) {
      const { chunks, cut: isCut } = treat(chunk);
      for (const piece of chunks) to.write(piece);
      if (isCut) return cut();
    }
    if (from.readableEnded) to.end();
  };
  from.observe({
    readable: take,
    writable: () => {},
    reset: (code) => to.reset(code),
    stopped: (code) => to.stop(code),
    closed: () => {},
  });
}

/** The keys of one attachment at its two ends. */
export async function testKeys(aead: MakeAead): Promise<[client: AttachmentKeys, service: AttachmentKeys]> {
  const [service, nothing] = [await makeDhKeys(), new Uint8Array()];
  const begun = await initiate(service.publicKey, nothing, nothing, aead);
  const answered = await respond(service, nothing, begun.message, nothing, aead);
  return [
    new AttachmentKeys(await begun.finish(answered.answer), aead, 'client'),
    new AttachmentKeys(answered, aead, 'service'),
  ];
}
