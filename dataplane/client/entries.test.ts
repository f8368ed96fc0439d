import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { memoryPair } from '../transport/memory.ts';
import type { Connection } from '../transport/transport.ts';
import { betterEntry, type DialEntry, dialEntries } from './entries.ts';
import { nodeAead } from './node.ts';
import { PathQuality } from './path-quality.ts';

const entries = ['a', 'b'].map((name) => ({ url: `https://${name}/fabric`, certificateHashes: ['x'] }));

/** Entries by how long each takes to answer, milliseconds; one that is not there never does. */
function world(delays: Record<string, number>) {
  const made = new Map<Connection, string>();
  const open = new Set<string>();
  const dial: DialEntry = async ({ url }, signal) => {
    const name = new URL(url).hostname;
    await sleep(delays[name] ?? 60_000, undefined, { signal });
    const [near] = memoryPair();
    made.set(near, name);
    open.add(name);
    void near.closed.then(() => open.delete(name));
    return near;
  };
  return {
    options: { dial, aead: nodeAead },
    delays,
    open,
    nameOf: (connection?: Connection) => connection && made.get(connection),
  };
}

test('the nearest entry has a start, and one that hangs does not hold the next back for long', async () => {
  const both = world({ a: 100, b: 1 });
  expect(both.nameOf(await dialEntries(entries, both.options))).toBe('a');
  const hanging = world({ b: 1 });
  expect(hanging.nameOf(await dialEntries(entries, hanging.options))).toBe('b');
});

test('moves to an entry only when it is clearly better, and leaves no other connection open', async () => {
  const { options, delays, nameOf, open } = world({ a: 1, b: 1_000 });
  const present = await dialEntries(entries, options);
  expect(nameOf(present)).toBe('a');
  expect(await betterEntry(entries, present, options)).toBeUndefined();
  delays['a'] = 1_000;
  delays['b'] = 1;
  expect(nameOf(await betterEntry(entries, present, options))).toBe('b');
  expect(open).toContain('b');
});

test('a path is worse only when it is much slower for a while, and a search is not repeated at once', () => {
  const quality = new PathQuality();
  expect([10, 12, 200, 11, 200, 200].map((rtt) => quality.saw(rtt))).not.toContain(true);
  expect(quality.saw(200)).toBe(true);
  expect([200, 200, 200, 200].map((rtt) => quality.saw(rtt))).not.toContain(true);
});
