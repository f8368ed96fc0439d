/** How long someone who types sees nothing when the relay they go through is killed, or their own address changes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { attach } from '../../../dataplane/client/attach.ts';
import { nodeAead, nodeDialer } from '../../../dataplane/client/node.ts';
import { TestMesh } from '../../../dataplane/roles/test-mesh.ts';
import { Typist } from '../../../dataplane/roles/test-typist.ts';
import { ImpairedLine } from '../../../test/impairment/line.ts';

const RELAYS = 3;
const LINKED_MS = 20_000;
const SETTLE_MS = 700;
const MOST_MS = 15_000;

export interface Pauses {
  /** Milliseconds from the deed to the echo of the first key pressed after it. */
  readonly pauses: number[];
  /** Rounds in which a byte was lost, repeated or out of order. */
  readonly wrong: number;
}

export const relayKilled = (rounds: number): Promise<Pauses> =>
  each(rounds, async (mesh) => {
    const { ticket, keys } = await mesh.ticket();
    return {
      ticket,
      keys,
      deed: async () => {
        const { report } = await mesh.node('entry0').report();
        const flow = report.flows.find(({ opened }) => opened);
        if (flow) mesh.node(mesh.nameOf(flow.link)).child?.kill('SIGKILL');
      },
      close: async () => {},
    };
  });

export const addressChanged = (rounds: number): Promise<Pauses> =>
  each(rounds, async (mesh) => {
    const { ticket, keys } = await mesh.ticket();
    const [entry] = ticket.entries;
    if (!entry) throw new Error('a ticket without an entry');
    const line = await ImpairedLine.start({
      target: { host: '127.0.0.1', port: Number(new URL(entry.url).port) },
    });
    const through = { ...entry, url: `https://127.0.0.1:${line.port}/fabric` };
    return {
      ticket: { ...ticket, entries: [through] },
      keys,
      deed: () => line.rebind(),
      close: () => line.close(),
    };
  });

type Ticket = Awaited<ReturnType<TestMesh['ticket']>>;
interface Round extends Ticket {
  readonly deed: () => Promise<void>;
  readonly close: () => Promise<void>;
}

async function each(rounds: number, prepare: (mesh: TestMesh) => Promise<Round>): Promise<Pauses> {
  const pauses: number[] = [];
  let wrong = 0;
  for (let n = 0; n < rounds; n += 1) {
    await using mesh = await TestMesh.start({ relays: RELAYS });
    await untilLinked(mesh);
    const { ticket, keys, deed, close } = await prepare(mesh);
    const attachment = await attach(ticket, keys, { dial: nodeDialer('quic'), aead: nodeAead });
    const typist = await Typist.start(attachment);
    await sleep(SETTLE_MS);
    const at = performance.now();
    await deed();
    pauses.push(await typist.pauseAfter(at, MOST_MS));
    await sleep(SETTLE_MS);
    if ((await typist.stop()) !== 'all, once, in order') wrong += 1;
    await attachment.terminate();
    await close();
  }
  return { pauses, wrong };
}

async function untilLinked(mesh: TestMesh): Promise<void> {
  const up = () =>
    ['entry0', 'service'].every((name) => mesh.node(name).running?.metrics()['links_up'] === RELAYS);
  for (const deadline = Date.now() + LINKED_MS; !up(); ) {
    if (Date.now() > deadline) throw new Error('the mesh did not come up');
    await sleep(20);
  }
}
