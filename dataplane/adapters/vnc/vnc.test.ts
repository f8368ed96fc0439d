/** Against a real TigerVNC server: what viewers are given is what the X server shows, pixel by pixel, whatever the encoding and the security. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Channel } from '../../../schema/channel.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { encodeInput } from '../../../schema/wire/input.ts';
import { CURSOR_KEY, decodeSize, SIZE_KEY, type Size, TILE, tilePlace } from '../../../schema/wire/render.ts';
import { LatestChannel } from '../../channel/latest/channel.ts';
import { decodeTile } from '../../render/decode.ts';
import { memoryPair } from '../../transport/memory.ts';
import type { ByteStream } from '../../transport/transport.ts';
import type { RemoteSession } from '../adapter.ts';
import { XServer } from './test-x-server.ts';
import { vncAdapter } from './vnc.ts';

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

async function xServer(options?: { password?: string; geometry?: string }): Promise<XServer> {
  const server = await XServer.start(options);
  open.push(server);
  return server;
}

async function desktop(server: XServer, password?: string): Promise<RemoteSession> {
  const security = password === undefined ? 'none' : 'password';
  const target = { protocol: 'vnc', host: '127.0.0.1', port: server.port, security } as const;
  const credential = password === undefined ? undefined : ({ type: 'password', password } as const);
  const session = await vncAdapter.open(target, credential, AbortSignal.timeout(20_000));
  open.push({ [Symbol.asyncDispose]: () => session.close() });
  return session;
}

async function channel(session: RemoteSession, kind: Channel): Promise<ByteStream> {
  const [here, there] = memoryPair();
  const served = Promise.withResolvers<ByteStream>();
  there.observe({ stream: served.resolve, datagrams: () => {}, closed: () => {} });
  here.observe({ stream: () => {}, datagrams: () => {}, closed: () => {} });
  const stream = await here.openStream(2);
  stream.write(Uint8Array.of(0));
  const far = await served.promise;
  far.read();
  const grant = { send: true, receive: true };
  void session.serve({
    channel: kind,
    role: 'controller',
    params: undefined,
    clipboard: undefined,
    grant,
    accept: () => far,
  });
  return stream;
}

/** What a viewer has. */
class Seen {
  size: Size = { width: 0, height: 0 };
  cursors = 0;
  readonly #tiles = new Map<number, Uint8Array>();

  static async of(session: RemoteSession): Promise<Seen> {
    const seen = new Seen();
    const stream = await channel(session, 'render');
    new LatestChannel({
      stream,
      datagrams: undefined,
      roundTrip: 1,
      now: () => performance.now(),
      changed: (key, content) => {
        if (key === SIZE_KEY) seen.size = decodeSize(content);
        else if (key === CURSOR_KEY) seen.cursors += 1;
        else seen.#tiles.set(key, content);
      },
      over: () => {},
    });
    return seen;
  }

  /** Pixels that differ from the screenshot, or are not there yet. */
  wrong({ width, height, pixels }: { width: number; height: number; pixels: Uint32Array }): number {
    if (this.size.width !== width || this.size.height !== height) return width * height;
    const mine = new Uint32Array(width * height).fill(0xffffffff);
    for (const [key, content] of this.#tiles) {
      const { column = 0, row = 0 } = tilePlace(key) ?? {};
      const { rgba, ...tile } = decodeTile(content);
      for (let at = 0; at < tile.width * tile.height; at += 1) {
        const [x, y] = [column * TILE + (at % tile.width), row * TILE + Math.floor(at / tile.width)];
        const [red = 0, green = 0, blue = 0] = rgba.subarray(at * 4, at * 4 + 3);
        if (x < width && y < height) mine[y * width + x] = (red << 16) | (green << 8) | blue;
      }
    }
    return pixels.reduce((sum, pixel, at) => sum + (pixel === mine[at] ? 0 : 1), 0);
  }
}

const becomesExact = (seen: Seen, server: XServer) =>
  expect.poll(() => seen.wrong(server.screenshot()), { timeout: 20_000, interval: 50 }).toBe(0);

test('the picture is exact, follows what changes, and is there at once for who comes later', async () => {
  const server = await xServer();
  const session = await desktop(server);
  const seen = await Seen.of(session);
  // A server draws the pointer itself until the viewer is who moves it.
  (await channel(session, 'input')).write(encodeInput({ type: 'pointer', buttons: 0, x: 700, y: 500 }));
  await becomesExact(seen, server);
  server.ask('xsetroot', '-mod', '5', '7', '-fg', '#c03010', '-bg', '#1030c0');
  server.run('xterm', '-geometry', '60x20+37+91', '-e', 'seq 1 400; sleep 600');
  server.run('xlogo', '-geometry', '200x200+500+300');
  await expect.poll(() => new Set(server.screenshot().pixels).size, { timeout: 20_000 }).toBeGreaterThan(3);
  await becomesExact(seen, server);
  expect(seen.cursors).toBeGreaterThan(0);
  const later = await Seen.of(session);
  await becomesExact(later, server);
});

test('keys and pointer reach an X client, and a wish for another size changes the desktop', async () => {
  const server = await xServer({ password: 'sesame' });
  const session = await desktop(server, 'sesame');
  const seen = await Seen.of(session);
  server.run('xterm', '-geometry', '60x20+0+0', '-e', 'read line; printf %s "$line" > typed');
  const input = await channel(session, 'input');
  await expect.poll(() => new Set(server.screenshot().pixels).size, { timeout: 20_000 }).toBeGreaterThan(1);
  input.write(encodeInput({ type: 'pointer', buttons: 0, x: 100, y: 100 }));
  for (const character of 'Grüße, ~Fabric_42!\r') {
    const code = character.codePointAt(0) ?? 0;
    const keysym = character === '\r' ? 0xff0d : code;
    for (const isDown of [true, false]) input.write(encodeInput({ type: 'key', isDown, keysym }));
  }
  const typed = () => {
    try {
      return readFileSync(join(server.folder, 'typed'), 'latin1');
    } catch {
      return '';
    }
  };
  await expect.poll(typed, { timeout: 20_000 }).toMatch(/^Gr.{1,2}.{1,2}e, ~Fabric_42!$/);
  input.write(encodeInput({ type: 'resize', width: 1013, height: 411 }));
  await expect.poll(() => seen.size, { timeout: 20_000 }).toEqual({ width: 1013, height: 411 });
  await becomesExact(seen, server);
});

test('a wrong password, none at all, and a server that asks for none are told apart', async () => {
  const server = await xServer({ password: 'sesame' });
  await expect(desktop(server, 'wrong')).rejects.toThrow(Refusal);
  await expect(desktop(server, 'wrong')).rejects.toMatchObject({ code: 'target_auth_failed' });
  await expect(desktop(server)).rejects.toMatchObject({ code: 'target_untrusted' });
  const openToAll = await xServer();
  await expect(desktop(openToAll, 'sesame')).rejects.toMatchObject({ code: 'target_untrusted' });
});

test('the session ends when the server does', async () => {
  const server = await xServer();
  const session = await desktop(server);
  await Seen.of(session);
  await server[Symbol.asyncDispose]();
  expect(await session.ended).toContain('gone');
});
