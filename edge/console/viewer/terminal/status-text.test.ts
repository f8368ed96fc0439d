import { expect, test } from 'vitest';
import { pathText, rttText } from './status-text.ts';

test('says the path and the round trip as a person would', () => {
  expect([pathText(0, 'quic'), pathText(1, 'quic'), pathText(2, 'tcp')]).toEqual([
    'entry, direct',
    'entry, 1 relay',
    'entry, 2 relays, over TCP',
  ]);
  expect([rttText(0.84), rttText(12.4)]).toEqual(['0.8 ms', '12 ms']);
});
