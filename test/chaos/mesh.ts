/**
 * A session over entries and relays in network namespaces of their own, while what is on its way is killed, cut, renumbered and impaired: `node test/chaos/mesh.ts [--seconds 300]`.
 * Client and service node share this process's namespace; the client reaches its entry through an impairable line.
 */
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { attach } from '../../dataplane/client/attach.ts';
import type { Attachment } from '../../dataplane/client/attachment.ts';
import { nodeAead, nodeDialer } from '../../dataplane/client/node.ts';
import { TestMesh } from '../../dataplane/roles/test-mesh.ts';
import { Typist } from '../../dataplane/roles/test-typist.ts';
import { ImpairedLine } from '../impairment/line.ts';
import { Namespaces } from './namespaces.ts';

const RELAYS = 3;
const LINKED_MS = 30_000;
/** The most that a person may wait for the first key after a deed, on a busy machine. */
const MOST_MS = 30_000;
const FILE_BYTES = 300_000;

export interface MeshChaosReport {
  /** Milliseconds from each deed to the first echo of a key pressed after it. */
  readonly pauses: Readonly<Record<string, number>>;
  readonly keys: string;
  /** Files that came back, and those whose hash was another. */
  readonly files: number;
  readonly wrong: number;
}

interface Scene {
  readonly mesh: TestMesh;
  readonly namespaces: Namespaces;
  readonly line: ImpairedLine;
}
type Deed = (scene: Scene, ms: number) => Promise<void>;

const DEEDS: Readonly<Record<string, Deed>> = {
  'relay killed': async ({ mesh }) => killUsedRelay(mesh),
  "the entry's cable pulled": async ({ namespaces }, ms) => {
    namespaces.link('entry1', false);
    await sleep(ms);
    namespaces.link('entry1', true);
  },
  'client readdressed': ({ line }) => line.rebind(),
  'loss one way': async ({ line }, ms) => {
    line.set({ loss: 0.1 }, {});
    await sleep(ms);
    line.set({});
  },
  '200 ms and 2 % loss': async ({ line }, ms) => {
    line.set({ delayMs: 100, loss: 0.02 });
    await sleep(ms);
    line.set({});
  },
  'control plane away': async ({ mesh }, ms) => {
    mesh.isControlDown = true;
    await sleep(ms);
    mesh.isControlDown = false;
  },
  'entry killed': async ({ mesh }) => mesh.node('entry1').kill(),
};

async function killUsedRelay(mesh: TestMesh): Promise<void> {
  for (let n = 0; n < RELAYS; n += 1) {
    const node = mesh.node(`relay${n}`);
    const { report } = await node.report();
    if (report.flows.length > 0) return node.kill();
  }
  throw new Error('no relay has a flow');
}

/** @param ms how long what passes lasts. @throws when namespaces can not be made */
export async function meshChaos(ms: number): Promise<MeshChaosReport> {
  using namespaces = new Namespaces();
  const place = (name: string) =>
    name === 'service' || name === 'entry0' ? { host: namespaces.host } : namespaces.place(name);
  await using mesh = await TestMesh.start({ relays: RELAYS, entries: 2, place });
  await untilLinked(mesh);
  const { ticket, keys } = await mesh.ticket({ entries: ['entry1', 'entry2'] });
  const [first, second] = ticket.entries;
  if (!first || !second) throw new Error('a ticket without two entries');
  const { hostname: host, port } = new URL(first.url);
  await using line = await ImpairedLine.start({ target: { host, port: Number(port) } });
  const through = { ...first, url: `https://127.0.0.1:${line.port}/fabric` };
  const attachment = await attach({ ...ticket, entries: [through, second] }, keys, {
    dial: nodeDialer('quic'),
    aead: nodeAead,
  });
  const typist = await Typist.start(attachment);
  const files = new Files(attachment);
  const pauses: Record<string, number> = {};
  for (const [name, deed] of Object.entries(DEEDS)) {
    await sleep(ms / 2);
    const at = performance.now();
    await deed({ mesh, namespaces, line }, ms);
    pauses[name] = await typist.pauseAfter(at, MOST_MS + ms);
  }
  await sleep(ms / 2);
  const told = await files.stop();
  const typed = await typist.stop();
  await attachment.terminate();
  return { pauses, keys: typed, ...told };
}

/** One file after the other, there and back. */
class Files {
  #files = 0;
  #wrong = 0;
  #over = false;
  readonly #work: Promise<void>;

  constructor(attachment: Attachment) {
    this.#work = this.#run(attachment);
    this.#work.catch(() => {});
  }

  async stop(): Promise<{ files: number; wrong: number }> {
    this.#over = true;
    await this.#work;
    return { files: this.#files, wrong: this.#wrong };
  }

  async #run(attachment: Attachment): Promise<void> {
    const sum = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    for (; !this.#over; await sleep(50)) {
      const bytes = randomBytes(FILE_BYTES);
      const stream = await attachment.openStream();
      const back = Typist.collect(stream, bytes.length);
      stream.write(bytes);
      stream.end();
      if (sum(await back) !== sum(bytes)) this.#wrong += 1;
      this.#files += 1;
    }
  }
}

async function untilLinked(mesh: TestMesh): Promise<void> {
  const up = () => mesh.node('service').running?.metrics()['links_up'] === RELAYS;
  for (const deadline = Date.now() + LINKED_MS; !up(); await sleep(50))
    if (Date.now() > deadline) throw new Error('the mesh did not come up');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({ options: { seconds: { type: 'string', default: '300' } } });
  for (const until = performance.now() + Number(values.seconds) * 1000; performance.now() < until; )
    process.stdout.write(`${JSON.stringify(await meshChaos(5_000))}\n`);
}
