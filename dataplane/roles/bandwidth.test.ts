/** A session under a limit, over real hops: a copy keeps to it both ways, while typing stays as quick as it was. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { TERMINAL_KIND } from '../../schema/wire/terminal.ts';
import type { PendingChannel } from '../adapters/adapter.ts';
import { TerminalReader, writeFrame } from '../channel/terminal-frames.ts';
import { attach } from '../client/attach.ts';
import { nodeAead, nodeDialer } from '../client/node.ts';
import { TestMesh } from './test-mesh.ts';

const RATE = 200_000;
const COPY = 300_000;

/** A shell that echoes, and a target that takes a copy and gives it back. */
async function serve({ channel, accept }: PendingChannel): Promise<void> {
  const stream = accept();
  const frames = new TerminalReader((kind, body) => writeFrame(stream, kind, body));
  let isFull = false;
  const take = () => {
    while (!isFull) {
      const chunk = stream.read();
      if (!chunk) break;
      if (channel === 'terminal') frames.push(chunk);
      else isFull = !stream.write(chunk);
    }
    if (stream.readableEnded) stream.end();
  };
  await new Promise<void>((closed) =>
    stream.observe({
      readable: take,
      writable: () => {
        isFull = false;
        take();
      },
      reset: () => {},
      stopped: () => {},
      closed,
    }),
  );
}

test('a copy is held to the session’s rate, nothing of it is lost, and typing does not wait behind it', async () => {
  const both = { send: true, receive: true };
  await using mesh = await TestMesh.start({
    relays: 1,
    serve,
    channels: { stream: both, terminal: both },
    limits: { session: RATE },
  });
  for (const name of ['entry0', 'service'])
    await expect.poll(() => mesh.node(name).running?.metrics()['links_up'], { timeout: 20_000 }).toBe(1);
  const { ticket, keys } = await mesh.ticket();
  const attachment = await attach(ticket, keys, { dial: nodeDialer('quic'), aead: nodeAead });
  const copy = await attachment.openStream();
  let [got, isOver] = [0, false];
  copy.observe({
    readable: () => {
      for (let chunk = copy.read(); chunk; chunk = copy.read()) got += chunk.length;
      isOver ||= copy.readableEnded;
    },
    writable: () => {},
    reset: () => {},
    stopped: () => {},
    closed: () => {},
  });
  const began = performance.now();
  for (let at = 0; at < COPY; at += 50_000) copy.write(new Uint8Array(50_000));
  copy.end();
  let echo = () => {};
  const ignored = () => {};
  const shell = await attachment.openTerminal(
    { mode: 'shell', term: 'xterm', size: { cols: 80, rows: 24 } },
    { data: () => echo(), stderr: ignored, screen: ignored, exit: ignored, writable: ignored, lost: ignored },
  );
  const waits: number[] = [];
  while (!isOver && performance.now() - began < 30_000) {
    const pressed = performance.now();
    const echoed = new Promise<void>((resolve) => {
      echo = resolve;
    });
    shell.write(Uint8Array.of(TERMINAL_KIND.data, 107));
    await echoed;
    waits.push(performance.now() - pressed);
    await sleep(10);
  }
  const seconds = (performance.now() - began) / 1000;
  expect(got).toBe(COPY);
  expect(seconds).toBeGreaterThan((COPY / RATE) * 0.9);
  waits.sort((a, b) => a - b);
  // What waits behind a copy waits for hundreds of milliseconds.
  expect(waits[Math.floor(waits.length / 2)]).toBeLessThan(60);
  const { class_4_bytes_total: copied, class_4_held_back_total: held } =
    mesh.node('service').running?.metrics() ?? {};
  // And the words that open it.
  expect((copied ?? 0) - 2 * COPY).toBeLessThan(100);
  expect(held).toBeGreaterThan(0);
  expect(mesh.node('entry0').running?.metrics()['class_4_bytes_total']).toBeGreaterThan(2 * COPY);
  await attachment.detach();
});
