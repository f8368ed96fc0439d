/** Relays in processes of their own die, stall and drain under someone who types: what was typed comes back once, in order, and soon. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { attach } from '../client/attach.ts';
import type { Attachment } from '../client/attachment.ts';
import { nodeAead, nodeDialer } from '../client/node.ts';
import { TestMesh } from './test-mesh.ts';
import { Typist } from './test-typist.ts';

let mesh: TestMesh | undefined;
afterEach(async () => {
  await mesh?.[Symbol.asyncDispose]();
  mesh = undefined;
});

const options = { dial: nodeDialer('quic'), aead: nodeAead };
/** The bar is 500 ms on a quiet machine (bench `mesh`); a test only proves that nobody waits for a time-out of ten seconds. */
const SOON_MS = 4_000;

async function reach(relays: number, entries = 0): Promise<{ mesh: TestMesh; attachment: Attachment }> {
  mesh = await TestMesh.start({ relays, entries });
  await linked(mesh, relays);
  const { ticket, keys } = await mesh.ticket();
  return { mesh, attachment: await attach(ticket, keys, options) };
}

async function linked(on: TestMesh, relays: number): Promise<void> {
  for (const name of ['entry0', 'service'])
    await expect.poll(() => on.node(name).running?.metrics()['links_up'], { timeout: 20_000 }).toBe(relays);
}

/** The relay that the entry's flows go through now. */
async function used(on: TestMesh): Promise<string> {
  const { report } = await on.node('entry0').report();
  const flow = report.flows.find(({ opened }) => opened);
  return flow ? on.nameOf(flow.link) : '';
}

test('a relay that is killed is noticed by its silence: typing goes on over the other, nothing lost and nothing twice', async () => {
  const { mesh: on, attachment } = await reach(2);
  const typist = await Typist.start(attachment);
  await sleep(500);
  const before = await used(on);
  await on.node(before).kill();
  const pause = await typist.pauseAfter(performance.now(), SOON_MS);
  expect(pause).toBeLessThan(SOON_MS);
  expect(await used(on)).not.toBe(before);
  expect(await typist.stop()).toBe('all, once, in order');
  await attachment.terminate();
});

test('a relay that stops without dying is left as well, and one without an alternative is waited for', async () => {
  const { mesh: on, attachment } = await reach(2);
  const typist = await Typist.start(attachment);
  await sleep(500);
  const before = await used(on);
  on.node(before).child?.kill('SIGSTOP');
  expect(await typist.pauseAfter(performance.now(), SOON_MS)).toBeLessThan(SOON_MS);
  expect(await used(on)).not.toBe(before);
  const only = on.node(await used(on));
  only.child?.kill('SIGSTOP');
  await sleep(1_000);
  only.child?.kill('SIGCONT');
  expect(await typist.pauseAfter(performance.now(), SOON_MS)).toBeLessThan(SOON_MS);
  expect(await typist.stop()).toBe('all, once, in order');
  on.node(before).child?.kill('SIGCONT');
  await attachment.terminate();
});

test('a relay that drains is left while it still lives', async () => {
  const { mesh: on, attachment } = await reach(2);
  const typist = await Typist.start(attachment);
  await sleep(300);
  const before = await used(on);
  on.node(before).tell({ type: 'drain' });
  await expect.poll(() => used(on), { timeout: 10_000 }).not.toBe(before);
  expect(await typist.pauseAfter(performance.now(), SOON_MS)).toBeLessThan(SOON_MS);
  expect(await typist.stop()).toBe('all, once, in order');
  await attachment.terminate();
});

test('megabytes survive their relay and their entry, byte for byte', async () => {
  const { mesh: on, attachment } = await reach(2, 1);
  const bytes = randomBytes(8_000_000);
  const stream = await attachment.openStream();
  const echoed = Typist.collect(stream, bytes.length);
  for (let at = 0; at < bytes.length; at += 100_000) {
    while (!stream.write(bytes.subarray(at, at + 100_000))) {
      await sleep(5);
      break;
    }
    await sleep(10);
    if (at === 3_000_000) await on.node(await used(on)).kill();
  }
  expect(Buffer.compare(await echoed, bytes)).toBe(0);
  await attachment.terminate();
});

test('with the control plane away and a relay dead, a session that lives goes on and lets a further attachment in', async () => {
  const { mesh: on, attachment } = await reach(2);
  const typist = await Typist.start(attachment);
  await sleep(300);
  const second = await on.ticket({ session: attachment.session });
  on.isControlDown = true;
  await on.node(await used(on)).kill();
  const another = await attach(second.ticket, second.keys, options);
  expect(another.resumed).toBe(true);
  expect(await another.ping()).toBeGreaterThan(0);
  expect(await typist.stop()).toBe('all, once, in order');
  await Promise.all([attachment.detach(), another.detach()]);
});
