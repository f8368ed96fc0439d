import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { ImpairedLine, type LineOptions } from './line.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function bound(): Promise<Socket> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  open.push(socket);
  await once(socket, 'listening');
  return socket;
}

/** A server that answers what it gets, and a client of it behind a line. */
async function echoed(options: Omit<LineOptions, 'target'> = {}) {
  const [server, client] = [await bound(), await bound()];
  const line = await ImpairedLine.start({
    target: { host: '127.0.0.1', port: server.address().port },
    ...options,
  });
  open.unshift(line);
  const ports: number[] = [];
  const answers: string[] = [];
  server.on('message', (bytes: Buffer, { port, address }: RemoteInfo) => {
    ports.push(port);
    server.send(bytes, port, address);
  });
  client.on('message', (bytes: Buffer) => void answers.push(bytes.toString()));
  const ask = (text: string) => client.send(text, line.port, line.host);
  const answered = (...texts: string[]) => vi.waitFor(() => expect(answers).toEqual(texts));
  return { line, server, ports, answers, ask, answered };
}

test('packets pass both ways, and each client has a port of its own', async () => {
  const { line, ports, ask, answered } = await echoed();
  ask('a');
  await answered('a');
  const other = await bound();
  other.send('b', line.port, line.host);
  const [bytes] = await once(other, 'message');
  expect(bytes.toString()).toBe('b');
  expect(new Set(ports).size).toBe(2);
  expect(line.counters.there).toMatchObject({ entered: 2, passed: 2 });
  expect(line.counters.back).toMatchObject({ entered: 2, passed: 2 });
});

test('each direction has its own delay', async () => {
  const { ask, answered } = await echoed({ there: { delayMs: 40 }, back: { delayMs: 80 } });
  const start = performance.now();
  ask('a');
  await answered('a');
  expect(performance.now() - start).toBeGreaterThanOrEqual(120);
});

test('after a rebinding the client comes from another port, and the old one is closed', async () => {
  const { line, server, ports, ask, answered } = await echoed();
  ask('a');
  await answered('a');
  await Promise.all([line.rebind(), line.rebind()]);
  server.send('lost', ports[0] ?? 0, '127.0.0.1');
  ask('b');
  await answered('a', 'b');
  expect(ports[1]).not.toBe(ports[0]);
});

test('a cut loses everything, what is under way too, until it is mended', async () => {
  const { line, ask, answers, answered } = await echoed({ there: { delayMs: 250 } });
  ask('under way');
  await vi.waitFor(() => expect(line.counters.there.waiting).toBe(1));
  line.cut();
  ask('after');
  await vi.waitFor(() => expect(line.counters.there.cut).toBe(2));
  line.mend();
  ask('mended');
  await answered('mended');
  line.cut(50);
  ask('lost');
  await sleep(100);
  ask('by itself');
  await vi.waitFor(() => expect(answers).toEqual(['mended', 'by itself']));
});

test('impairments change on the fly', async () => {
  const { line, ask, answered } = await echoed({ there: { loss: 1 } });
  ask('lost');
  await vi.waitFor(() => expect(line.counters.there.lost).toBe(1));
  line.set({});
  ask('passed');
  await answered('passed');
});

test('a closed line forgets what is under way, and closing it again does nothing', async () => {
  const { line, ask, ports } = await echoed({ there: { delayMs: 250 } });
  ask('a');
  await vi.waitFor(() => expect(line.counters.there.waiting).toBe(1));
  await line.close();
  await line.close();
  await sleep(300);
  expect(ports).toEqual([]);
});

test('clients beyond the bound are not served', async () => {
  const { line } = await echoed();
  for (let number = 0; number < 260; number++) {
    const socket = await bound();
    socket.send('a', line.port, line.host);
  }
  await vi.waitFor(() => expect(line.strangers).toBe(4));
});
