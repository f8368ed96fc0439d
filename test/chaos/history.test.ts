import { expect, test } from 'vitest';
import { breaches } from './history.ts';

const row = (name: string, id = name, audited = 1) => ({ name, id, audited });

test('a history that holds has no breach; a write nobody acknowledged may have happened or not', () => {
  expect(breaches([{ name: 'a', id: 'a' }, { name: 'b' }, { name: 'c' }], [row('a'), row('b')])).toEqual([]);
});

test('names a write that was lost, done twice, kept under another id, audited twice, or never asked for', () => {
  const writes = ['lost', 'twice', 'other', 'loud'].map((name) => ({ name, id: name }));
  const found = [row('twice'), row('twice'), row('other', 'x'), row('loud', 'loud', 2), row('stray')];
  const text = breaches(writes, found).join('\n');
  for (const part of ['lost', 'done 2 times', 'kept as x', 'audited 2 times', 'stray: nobody'])
    expect(text).toContain(part);
});
