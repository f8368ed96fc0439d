import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { NodeId, OrgId } from '../../schema/ids.ts';
import { RouteChoice } from './choice.ts';
import type { Asking, NeighbourFacts } from './filter.ts';
import { joined } from './metric.ts';
import { Routes } from './routes.ts';
import type { Want } from './score.ts';
import { CLUSTER, metric, neighbour, nodeOf } from './test-nodes.ts';

const [self, a, b, c] = [nodeOf(0), nodeOf(1), nodeOf(2), nodeOf(3)];
const to = (node: NodeId, via: NodeId[] = []): Asking => ({ to: node, via });

function world(...neighbours: NeighbourFacts[]) {
  const routes = new Routes(self);
  for (const facts of neighbours) routes.neighbour(facts);
  const clock = { now: 1000 };
  const choice = new RouteChoice(routes, () => ({ node: self, cluster: CLUSTER, now: clock.now }));
  const best = (asking: Asking, want: Want = 'latency') => choice.choose(asking, want)?.path;
  return { routes, choice, clock, best };
}

test('a neighbour is reached directly, and not once its link is down', () => {
  const { routes, best } = world(neighbour(a));
  expect(best(to(a))).toEqual([a]);
  expect(routes.neighbourDown(a)).toEqual([a]);
  expect(best(to(a))).toBeUndefined();
});

test('never takes a path through itself, one that holds a node twice, nor one that lies about its ends', () => {
  const { routes, best } = world(neighbour(a));
  for (const path of [
    [a, self, c],
    [b, c],
    [a, b],
    [a, b, a, c],
  ])
    expect(routes.learn(a, c, path, metric(1))).toBe(false);
  expect(best(to(c))).toBeUndefined();
});

test('a withdrawn path is not used, and a flow never goes where it has been', () => {
  const { routes, best } = world(neighbour(a));
  routes.learn(a, c, [a, b, c], metric(1));
  expect(best(to(c))).toEqual([a, b, c]);
  expect(best(to(c, [b]))).toBeUndefined();
  expect(best(to(c, [a]))).toBeUndefined();
  expect(routes.learn(a, c, [], metric(0))).toBe(true);
  expect(best(to(c))).toBeUndefined();
});

test.each<[string, Want, NodeId]>([
  ['input takes the short way', 'latency', a],
  ['bulk takes the wide way', 'bandwidth', b],
])('%s', (_, want, expected) => {
  const { routes, best } = world(neighbour(a), neighbour(b));
  routes.learn(a, c, [a, c], metric(5, { mbps: 10 }));
  routes.learn(b, c, [b, c], metric(40, { mbps: 1000 }));
  expect(best(to(c), want)?.[0]).toBe(expected);
});

test('loss, jitter, load and past failures outweigh a slightly shorter way', () => {
  for (const worse of [
    neighbour(a, 1, { metric: metric(1, { loss: 0.02 }) }),
    neighbour(a, 1, { metric: metric(1, { jitterMs: 20 }) }),
    neighbour(a, 1, { metric: metric(1, { load: 0.95 }) }),
    neighbour(a, 1, { failures: 2 }),
    neighbour(a, 1, { isFailing: true }),
  ]) {
    const { routes, best } = world(worse, neighbour(b, 3));
    routes.learn(a, c, [a, c], metric(1));
    routes.learn(b, c, [b, c], metric(1));
    expect(best(to(c))?.[0]).toBe(b);
  }
});

const org = crypto.randomUUID() as OrgId;
const BARRED: [string, Partial<NeighbourFacts>][] = [
  ['other_cluster', { cluster: crypto.randomUUID() as typeof CLUSTER }],
  ['not_trusted', { isTrusted: false }],
  ['certificate_ended', { certifiedUntil: 1000 }],
  ['other_organization', { orgs: new Set() }],
  ['not_a_relay', { roles: ['service'] }],
  ['draining', { standing: 'draining' }],
  ['partitioned', { standing: 'isolated' }],
];

test.each(BARRED)('a hard rule is never outvoted: %s', (why, wrong) => {
  fc.assert(
    fc.property(
      fc.record({
        rtt: fc.double({ min: 0, max: 60_000, noNaN: true }),
        loss: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      fc.constantFrom<Want>('latency', 'steadiness', 'bandwidth'),
      ({ rtt, loss }, want) => {
        const bad = neighbour(a, 0, { ...wrong, metric: metric(0, { mbps: 1e6 }) });
        const { routes, choice } = world(
          bad,
          neighbour(b, rtt, { metric: metric(rtt, { loss }), failures: 50 }),
        );
        routes.learn(a, c, [a, c], metric(0));
        expect(choice.choose({ to: c, via: [], org }, want)).toBeUndefined();
        routes.learn(b, c, [b, c], metric(rtt));
        expect(choice.choose({ to: c, via: [], org }, want)?.next.node).toBe(b);
        expect(choice.judge({ to: c, via: [], org }, want).at(-1)?.barred).toBe(why);
      },
    ),
    { numRuns: 50 },
  );
});

test('a route does not flap under noise, whatever the noise, and follows what is clearly better for a while', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 200, maxLength: 200 }),
      (noise) => {
        const { routes, clock, best } = world(neighbour(a), neighbour(b));
        const learn = (rttA: number, rttB: number) => {
          routes.learn(a, c, [a, c], metric(rttA));
          routes.learn(b, c, [b, c], metric(rttB));
        };
        learn(20, 20.5);
        const first = best(to(c))?.[0];
        for (const n of noise) {
          clock.now += 200;
          learn(20 + n, 20 - n);
          expect(best(to(c))?.[0]).toBe(first);
        }
        const good = first === a ? b : a;
        for (let n = 0; n < 20; n += 1) {
          clock.now += 200;
          learn(good === a ? 5 : 20, good === b ? 5 : 20);
          best(to(c));
        }
        expect(best(to(c))?.[0]).toBe(good);
      },
    ),
    { numRuns: 50 },
  );
});

test('a neighbour that stops answering is left at once, and a peak shorter than the hold is not followed', () => {
  const { routes, clock, best } = world(neighbour(a, 1), neighbour(b, 10));
  routes.learn(a, c, [a, c], metric(1));
  routes.learn(b, c, [b, c], metric(1));
  expect(best(to(c))?.[0]).toBe(a);
  routes.neighbour(neighbour(a, 100));
  for (let n = 0; n < 4; n += 1) {
    clock.now += 600;
    expect(best(to(c))?.[0]).toBe(a);
  }
  routes.neighbour(neighbour(a, 1));
  clock.now += 600;
  expect(best(to(c))?.[0]).toBe(a);
  routes.neighbour(neighbour(a, 1, { isFailing: true }));
  expect(best(to(c))?.[0]).toBe(b);
});

test('metrics join in any grouping, and never improve by going further', () => {
  const some = fc.record({
    rttMs: fc.double({ min: 0, max: 1000, noNaN: true }),
    jitterMs: fc.double({ min: 0, max: 1000, noNaN: true }),
    loss: fc.double({ min: 0, max: 1, noNaN: true }),
    load: fc.double({ min: 0, max: 1, noNaN: true }),
    mbps: fc.double({ min: 1, max: 1000, noNaN: true }),
  });
  fc.assert(
    fc.property(some, some, some, (x, y, z) => {
      const [left, right] = [joined(joined(x, y), z), joined(x, joined(y, z))];
      for (const key of ['rttMs', 'jitterMs', 'loss', 'load', 'mbps'] as const)
        expect(left[key]).toBeCloseTo(right[key], 6);
      const longer = joined(x, y);
      expect(longer.rttMs).toBeGreaterThanOrEqual(x.rttMs);
      expect(longer.loss).toBeGreaterThanOrEqual(x.loss - 1e-9);
      expect(longer.mbps).toBeLessThanOrEqual(x.mbps);
    }),
  );
});
