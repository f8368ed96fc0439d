import { expect, test } from 'vitest';
import { EscapeFilter } from './escape.ts';

function type(...pieces: string[]): { sent: string; left: boolean } {
  let left = false;
  const filter = new EscapeFilter(() => {
    left = true;
  });
  const sent = pieces.map((piece) => Buffer.from(filter.push(Buffer.from(piece))).toString()).join('');
  return { sent, left };
}

test('leaves on ~. at the start of a line, in one piece or key by key', () => {
  expect(type('~.')).toEqual({ sent: '', left: true });
  expect(type('ls\r', '~', '.')).toEqual({ sent: 'ls\r', left: true });
});

test('passes a tilde anywhere else, and ~~ as one', () => {
  expect(type('cd ~.\r')).toEqual({ sent: 'cd ~.\r', left: false });
  expect(type('~~.')).toEqual({ sent: '~.', left: false });
  expect(type('~x')).toEqual({ sent: '~x', left: false });
});

test('~y and ~n answer only while somebody asks', () => {
  const answers: boolean[] = [];
  let asking = true;
  const filter = new EscapeFilter(
    () => {},
    (allow) => asking && answers.push(allow) > 0,
  );
  const typed = (text: string) => new TextDecoder().decode(filter.push(new TextEncoder().encode(text)));
  expect(typed('~y')).toBe('');
  expect(typed('\r~n')).toBe('\r');
  asking = false;
  expect(typed('\r~y')).toBe('\r~y');
  expect(answers).toEqual([true, false]);
});
