import { expect, test } from 'vitest';
import { assessRisk, REUSE_MS, type Signals, TRAVEL_MS } from './risk.ts';

const calm: Signals = {
  newDevice: false,
  lastRegion: 'DE',
  region: 'DE',
  sinceLast: 60_000,
  sinceReuse: Number.POSITIVE_INFINITY,
};
const verdict = (change: Partial<Signals>) => assessRisk({ ...calm, ...change });

test('a known device at home, or a new one alone, is fine', () => {
  expect(verdict({})).toEqual({ verdict: 'ok', reasons: [] });
  expect(verdict({ newDevice: true })).toEqual({ verdict: 'ok', reasons: ['new_device'] });
});

test('a new device in another region sooner than one can travel needs a second factor', () => {
  expect(verdict({ newDevice: true, region: 'BR' }).verdict).toBe('second_factor');
  expect(verdict({ newDevice: true, region: 'BR', sinceLast: TRAVEL_MS }).verdict).toBe('ok');
  expect(verdict({ newDevice: false, region: 'BR' })).toEqual({
    verdict: 'ok',
    reasons: ['region_changed_fast'],
  });
});

test('an edge that does not tell regions makes nobody suspicious', () => {
  expect(verdict({ newDevice: true, region: null }).verdict).toBe('ok');
  expect(verdict({ newDevice: true, lastRegion: null }).verdict).toBe('ok');
});

test('after a token was stolen a new device needs a second factor for a day, and from elsewhere is refused', () => {
  expect(verdict({ newDevice: true, sinceReuse: 1_000 }).verdict).toBe('second_factor');
  expect(verdict({ newDevice: true, sinceReuse: REUSE_MS }).verdict).toBe('ok');
  expect(verdict({ newDevice: true, sinceReuse: 1_000, region: 'BR' })).toEqual({
    verdict: 'refuse',
    reasons: ['new_device', 'region_changed_fast', 'token_reused'],
  });
});
