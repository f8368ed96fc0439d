import { expect, test } from 'vitest';
import { Refusal, RefusalCode, refusalOfFlowCode } from './refusal.ts';

test('every refusal survives the way through a stream reset', () => {
  for (const code of RefusalCode.options)
    expect(refusalOfFlowCode(new Refusal(code).flowCode).code).toBe(code);
});

test('an unknown reset code reads as unavailable', () => {
  expect(refusalOfFlowCode(7).code).toBe('unavailable');
});
