/** What a key meets while a file goes the same way: echoes of a remote `cat`, idle and with an upload beside it, over loopback or through a narrow line. */
import { join } from 'node:path';
import { nodeHash } from '../../../agent/cli/cp/local.ts';
import { attach } from '../../../dataplane/client/attach.ts';
import type { Attachment } from '../../../dataplane/client/attachment.ts';
import type { FileSource } from '../../../dataplane/client/files.ts';
import { nodeAead, nodeDialer } from '../../../dataplane/client/node.ts';
import type { Fabric } from '../../../test/fabric.ts';
import { ImpairedLine } from '../../../test/impairment/line.ts';
import { timeRounds } from '../../samples.ts';

/** A tenth of a second at 20 Mbit/s: a modest router's. */
const QUEUE_BYTES = 256 * 1024;
const PAUSE_MS = 5;
/** Until the upload has filled what there is to fill. */
const SETTLE_MS = 1_500;

export interface Saturated {
  /** Milliseconds from key to echo. */
  readonly idle: number[];
  readonly loaded: number[];
  /** Of the upload beside it, MB/s. */
  readonly bulk: number;
}

/** @param rate bit/s of a line between client and entry; none when undefined */
export async function timeSaturated(
  fabric: Fabric,
  rounds: number,
  rate: number | undefined,
): Promise<Saturated> {
  const { ticket, keys } = await fabric.ticket('demo-shell');
  const [entry] = ticket.entries;
  if (!entry) throw new Error('a ticket without an entry');
  const { hostname: host, port } = new URL(entry.url);
  const shape = rate === undefined ? {} : { rate, queueBytes: QUEUE_BYTES };
  await using line = await ImpairedLine.start({
    target: { host, port: Number(port) },
    there: shape,
    back: shape,
  });
  const through = rate === undefined ? entry : { ...entry, url: `https://127.0.0.1:${line.port}/fabric` };
  const options = { dial: nodeDialer('quic'), aead: nodeAead };
  const attachment = await attach({ ...ticket, entries: [through] }, keys, options);
  try {
    const key = await echoing(attachment);
    const idle = await timeRounds(rounds, key, PAUSE_MS);
    const upload = startUpload(attachment, join(fabric.data, 'bench-upload'));
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const [at, before] = [performance.now(), upload.bytes()];
    const loaded = await timeRounds(rounds, key, PAUSE_MS);
    const bulk = (upload.bytes() - before) / 1e3 / (performance.now() - at);
    upload.stop();
    return { idle, loaded, bulk };
  } finally {
    await attachment.terminate();
  }
}

/** @returns one round: a byte there and back */
async function echoing(attachment: Attachment): Promise<() => Promise<void>> {
  let echoed: () => void = () => {};
  let fail: (why: Error) => void = () => {};
  const channel = await attachment.openTerminal(
    { mode: 'exec', command: 'cat' },
    {
      data: () => echoed(),
      stderr: () => {},
      screen: () => {},
      exit: () => fail(new Error('cat ended')),
      writable: () => {},
      lost: (why) => fail(why),
    },
  );
  return () =>
    new Promise((resolve, reject) => {
      [echoed, fail] = [resolve, reject];
      channel.write(new Uint8Array(1));
    });
}

/** One file after the other, until told to stop. */
function startUpload(attachment: Attachment, path: string): { bytes(): number; stop(): void } {
  let sent = 0;
  let over = false;
  const chunk = new Uint8Array(64 * 1024);
  const source: FileSource = {
    file: { size: 200e6, mode: 0o600, mtime: 0 },
    read: async (_, length) => (over ? chunk.subarray(0, 0) : chunk.subarray(0, length)),
  };
  const go = async () => {
    const files = await attachment.openFiles(nodeHash);
    while (!over)
      await files.upload(path, source, false, (bytes) => {
        sent += bytes;
      });
  };
  go().catch((error: unknown) => {
    // An upload that is told to stop ends as one that was cut short.
    if (!over) throw error;
  });
  return {
    bytes: () => sent,
    stop: () => {
      over = true;
    },
  };
}
