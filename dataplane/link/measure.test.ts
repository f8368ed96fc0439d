import { expect, test } from 'vitest';
import { LinkHealth } from './health.ts';
import { LinkMeasure } from './measure.ts';

test('a neighbour is failing when something is on its way and nothing comes back, and well with the next packet', () => {
  const health = new LinkHealth();
  const look = (now: number, packetsReceived: number, bytesInFlight: number) =>
    health.look(now, { packetsReceived, bytesInFlight, rttMs: 1 });
  expect(look(0, 5, 0)).toBe(false);
  for (let now = 50; now < 230; now += 50) expect(look(now, 5, 100)).toBe(false);
  expect(look(250, 5, 100)).toBe(true);
  expect(look(300, 6, 100)).toBe(false);
});

test('silence on a link that has nothing to say is no failure, nor is it while this process itself stood still', () => {
  const health = new LinkHealth();
  for (let now = 0; now < 10_000; now += 50)
    expect(health.look(now, { packetsReceived: 1, bytesInFlight: 0, rttMs: 1 })).toBe(false);
  health.look(10_000, { packetsReceived: 1, bytesInFlight: 9, rttMs: 1 });
  expect(health.look(11_000, { packetsReceived: 1, bytesInFlight: 9, rttMs: 1 })).toBe(false);
});

test('a far neighbour is given as many round trips as a near one', () => {
  const health = new LinkHealth();
  const sight = { packetsReceived: 1, bytesInFlight: 9, rttMs: 200 };
  for (let now = 0; now < 850; now += 50) expect(health.look(now, sight)).toBe(false);
  expect([900, 950].map((now) => health.look(now, sight))).toContain(true);
});

test('probes give round trip, jitter and loss; a lost one is one that was not answered in time', () => {
  const measure = new LinkMeasure();
  let now = 0;
  for (let n = 0; n < 400; n += 1) {
    const id = measure.probe(now);
    if (n % 10 !== 0) measure.answered(id, now + 20 + (n % 2));
    now += 1000;
  }
  const { rttMs, jitterMs, loss } = measure.metric;
  expect(rttMs).toBeGreaterThan(19);
  expect(rttMs).toBeLessThan(22);
  expect(jitterMs).toBeGreaterThan(0.5);
  expect(jitterMs).toBeLessThan(1.5);
  expect(loss).toBeGreaterThan(0.04);
  expect(loss).toBeLessThan(0.2);
});

test('an answer counts once, an invented one never, and what waits is bounded', () => {
  const measure = new LinkMeasure();
  measure.answered(77, 5);
  const id = measure.probe(0);
  measure.answered(id, 10);
  measure.answered(id, 5_000);
  expect(measure.metric.rttMs).toBe(10);
  for (let n = 0; n < 1_000; n += 1) measure.probe(1);
  expect(measure.metric.loss).toBeGreaterThan(0.9);
});

test('only a link that is kept busy says what it can carry', () => {
  const measure = new LinkMeasure();
  for (let at = 0; at <= 2_000; at += 100) measure.carried(at, at * 10, 0);
  expect(measure.metric.mbps).toBe(0);
  for (let at = 2_100; at <= 6_000; at += 100) measure.carried(at, 20_000 + (at - 2_000) * 1_250, 5_000);
  expect(measure.metric.mbps).toBeGreaterThan(8);
  expect(measure.metric.mbps).toBeLessThan(12);
});
