import { expect, test } from 'vitest';
import { channelsOfRole } from './channels-of-role.ts';

const both = { send: true, receive: true };

test('an observer receives what is shown and nothing else; the others have what they are allowed', () => {
  const allowed = { control: both, terminal: both, input: both, stream: both, file_transfer: both };
  expect(channelsOfRole('observer', allowed)).toEqual({
    control: both,
    terminal: { send: false, receive: true },
  });
  expect(channelsOfRole('observer', { terminal: { send: true, receive: false } })).toEqual({});
  expect(channelsOfRole('shared', allowed)).toBe(allowed);
});
