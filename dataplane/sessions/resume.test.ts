/** Paths that die under a whole attachment: client and service node go on over others, and neither user nor adapter sees more than a pause. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RESUME_MS } from '../channel/attachment-life.ts';
import type { Treat, Way } from '../channel/test-path.ts';
import { attach as attachTo } from '../client/attach.ts';
import type { PathState } from '../client/attachment.ts';
import { readAll, World } from './test-world.ts';

let world: World;
beforeEach(async () => {
  world = await World.make();
});
afterEach(() => void vi.useRealTimers());

const attach = async () => attachTo(await world.ticket(), world.client, world.options);
const bytes = (length: number, seed: number) => new Uint8Array(length).map((_, at) => at * 7 + seed);
const sha256 = (given: Uint8Array) => createHash('sha256').update(given).digest('hex');

test('wherever paths die, several channels at once lose and repeat nothing', async () => {
  const cuts = fc.array(
    fc.record({ way: fc.constantFrom<Way>('there', 'back'), after: fc.integer({ min: 1, max: 150_000 }) }),
    { maxLength: 4 },
  );
  const sizes = fc.array(fc.integer({ min: 0, max: 120_000 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(cuts, sizes, async (where, lengths) => {
      world = await World.make();
      const attachment = await attach();
      const left = [...where];
      let seen = 0;
      const treat: Treat = (way, chunk) => {
        const next = left[0];
        if (next?.way !== way) return { chunks: [chunk] };
        seen += chunk.length;
        if (seen < next.after) return { chunks: [chunk] };
        left.shift();
        seen = 0;
        return { chunks: [chunk.subarray(0, chunk.length / 2)], cut: true };
      };
      world.treat = treat;
      const echoed = lengths.map(async (length, seed) => {
        const stream = await attachment.openStream();
        const sent = bytes(length, seed);
        for (let at = 0; at < length; at += 30_000) stream.write(sent.slice(at, at + 30_000));
        stream.end();
        return [sha256(await readAll(stream)), sha256(sent)];
      });
      for (const [got, wanted] of await Promise.all(echoed)) expect(got).toBe(wanted);
      await attachment.terminate();
      expect(world.host.metrics()).toEqual({ sessions: 0, attachments: 0 });
    }),
    { numRuns: 25 },
  );
});

test('the client is told of the pause; the session is detached meanwhile and active again', async () => {
  const attachment = await attach();
  const states: PathState[] = [];
  attachment.watchPath((state) => states.push(state));
  const stream = await attachment.openStream();
  world.isDown = true;
  world.cutPaths();
  await expect.poll(() => states).toEqual(['reconnecting']);
  await expect.poll(() => world.host.held()[0]?.state).toBe('detached');
  stream.write(bytes(1_000, 1));
  stream.end();
  world.isDown = false;
  expect(sha256(await readAll(stream))).toBe(sha256(bytes(1_000, 1)));
  expect(states).toEqual(['reconnecting', 'live']);
  expect(world.host.held()[0]?.state).toBe('active');
  expect(world.started).toBe(1);
});

test('a channel opened while there is no path opens with the next', async () => {
  const attachment = await attach();
  world.isDown = true;
  world.cutPaths();
  const opening = attachment.openStream();
  await new Promise((resolve) => setTimeout(resolve, 100));
  world.isDown = false;
  const stream = await opening;
  stream.write(bytes(10, 3));
  stream.end();
  expect([...(await readAll(stream))]).toEqual([...bytes(10, 3)]);
});

test('a session that ended while the client was away says so when it is back', async () => {
  const attachment = await attach();
  world.isDown = true;
  world.cutPaths();
  await expect.poll(() => world.host.held()[0]?.state).toBe('detached');
  world.remote.end('the machine was switched off');
  await expect.poll(() => world.host.held()).toEqual([]);
  world.isDown = false;
  expect(await attachment.closed).toEqual({ reason: 'the machine was switched off', ended: true });
});

test('an attachment that does not come back in time is given up at both ends', async () => {
  const attachment = await attach();
  const stream = await attachment.openStream();
  const end = readAll(stream);
  end.catch(() => {});
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  world.isDown = true;
  world.cutPaths();
  for (let passed = 0; passed <= RESUME_MS + 10_000; passed += 500) await vi.advanceTimersByTimeAsync(500);
  expect((await attachment.closed).ended).toBe(false);
  await expect(end).rejects.toThrow('reset');
  expect(world.host.metrics()).toEqual({ sessions: 0, attachments: 0 });
  expect(world.reports.at(-1)).toMatchObject({ state: 'terminated', reason: 'the last client left' });
});

test('a service node that was restarted knows no attachment: the client is told at once, and does not wait', async () => {
  const attachment = await attach();
  world.restart();
  world.cutPaths();
  expect(await attachment.closed).toMatchObject({ ended: false, reason: expect.stringContaining('attach') });
});
