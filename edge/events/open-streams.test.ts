import { expect, test } from 'vitest';
import { OpenStreams } from './open-streams.ts';

test('an organization has its share of streams, whatever another does, and gets a place back when one ends', () => {
  const streams = new OpenStreams();
  const leave = Array.from({ length: 200 }, () => streams.enter('a'));
  expect(() => streams.enter('a')).toThrow('streams');
  streams.enter('b')();
  leave[0]?.();
  streams.enter('a');
  expect(() => streams.enter('a')).toThrow('streams');
});
