/** What a relay forwards on one core: datagrams of a flow from one end to the other, by the relay's own CPU time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { TestMesh } from '../../../dataplane/roles/test-mesh.ts';
import { Refusal } from '../../../schema/refusal.ts';

const BYTES = 1_000;
const BATCH = 64;

/** @returns datagrams per second of the relay's CPU time */
export async function forwardedPerCore(seconds: number): Promise<{ perCore: number; delivered: number }> {
  let arrived = 0;
  await using mesh = await TestMesh.start({
    relays: 1,
    bare: (flow) =>
      flow.datagrams?.observe(() => {
        arrived += 1;
      }),
  });
  const [from, relay] = [mesh.node('entry0'), mesh.node('relay0')];
  const to = mesh.node('service').id;
  const near = from.mesh;
  if (!near) throw new Error('the mesh has no bare end');
  const flow = await untilOpened(() => near.openFlow({ to, class: 6 }));
  const { datagrams } = flow;
  if (!datagrams) throw new Error('the flow has no datagrams');
  await sleep(200);
  const before = (await relay.report()).cpu;
  const arrivedBefore = arrived;
  let sent = 0;
  for (const until = performance.now() + seconds * 1000; performance.now() < until; ) {
    for (let n = 0; n < BATCH; n += 1) {
      datagrams.send(new Uint8Array(BYTES));
      sent += 1;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  await sleep(200);
  const after = (await relay.report()).cpu;
  const delivered = arrived - arrivedBefore;
  const cpuSeconds = (after.user + after.system - before.user - before.system) / 1e6;
  return { perCore: delivered / cpuSeconds, delivered: delivered / sent };
}

async function untilOpened<T>(open: () => Promise<T>): Promise<T> {
  for (const deadline = Date.now() + 20_000; ; await sleep(50)) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof Refusal) || Date.now() > deadline) throw error;
    }
  }
}
