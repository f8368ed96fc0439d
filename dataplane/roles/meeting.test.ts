/** Two nodes without an address for each other meet with a relay's help. On loopback: no NAT is in between, only the want of an address. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { FlowStream } from '../link/flow-stream.ts';
import { TestMesh } from './test-mesh.ts';

test('a lasting flow through a relay brings about a direct link; new flows take it, and go by the relay again when it is gone', async () => {
  const arrived: string[] = [];
  await using mesh = await TestMesh.start({
    relays: 1,
    meet: true,
    bare: (_, link) => void arrived.push(mesh.nameOf(link.peer)),
  });
  const near = mesh.node('entry0').mesh;
  const far = mesh.node('service');
  if (!near || !far.mesh) throw new Error('the mesh has no bare ends');
  const open = () => near.openFlow({ to: far.id, class: 0 });
  let lasting: FlowStream | undefined;
  await expect
    .poll(async () => (lasting = await open().catch(() => undefined)), { timeout: 20_000 })
    .toBeDefined();
  await expect.poll(() => arrived.at(-1)).toBe('relay0');
  await expect.poll(() => near.linksUp, { timeout: 20_000 }).toBe(2);
  expect(near.nat).not.toBe('symmetric');
  await expect
    .poll(
      async () => {
        await open();
        await sleep(50);
        return arrived.at(-1);
      },
      { timeout: 15_000, interval: 300 },
    )
    .toBe('entry0');
  expect(lasting?.readableEnded).toBe(false);
  const direct = near.linkOf(await open());
  await direct?.close(0, 'gone');
  await expect
    .poll(
      async () => {
        await open().catch(() => undefined);
        await sleep(50);
        return arrived.at(-1);
      },
      { timeout: 15_000, interval: 300 },
    )
    .toBe('relay0');
});
