import { expect, test } from 'vitest';
import { Refusal } from '../../../schema/refusal.ts';
import { baseName, below, parseCopy, parsePlace } from './place.ts';
import { amount, Progress } from './progress.ts';

test('a colon before any slash makes it a resource’s; its home is where paths begin', () => {
  const read = ['web:/srv/a:b', 'web:', 'web:~/notes', './web:x', '/a:b', 'plain'].map(parsePlace);
  expect(read).toEqual([
    { resource: 'web', path: '/srv/a:b' },
    { resource: 'web', path: '.' },
    { resource: 'web', path: 'notes' },
    { local: './web:x' },
    { local: '/a:b' },
    { local: 'plain' },
  ]);
  expect(parseCopy('a', 'web:b')).toEqual({ up: true, resource: 'web', remote: 'b', local: 'a' });
  expect(parseCopy('web:b', 'a')).toEqual({ up: false, resource: 'web', remote: 'b', local: 'a' });
});

test('refuses two resources, none, and a path that climbs', () => {
  for (const [from, to] of [
    ['a:x', 'b:y'],
    ['x', 'y'],
    ['a:../x', 'y'],
    ['a:x/../../y', 'y'],
  ] as const)
    expect(() => parseCopy(from, to)).toThrow(Refusal);
});

test('a name from the other side stays in its directory or is refused', () => {
  expect([below('.', 'a'), below('dir/', 'a..b')]).toEqual(['a', 'dir/a..b']);
  for (const name of ['..', '.', '', 'a/b', '/etc/passwd', 'a\\b', 'a\0b'])
    expect(() => below('dir', name)).toThrow(Refusal);
  expect(['/', '.', 'a/..', 'a/b/'].map(baseName)).toEqual([undefined, undefined, undefined, 'b']);
});

test('progress says how far and how fast, and what a terminal would obey it does not show', () => {
  let now = 0;
  const shown: string[] = [];
  const progress = new Progress(
    (text) => shown.push(text),
    () => now,
  );
  progress.begin('evil\x1b[2Jname', 4_000_000);
  now = 1000;
  progress.add(1_000_000, false);
  progress.add(10, true);
  now = 2000;
  progress.add(999_990, true);
  expect(shown).toEqual([
    expect.stringContaining('evil?[2Jname  0 %'),
    expect.stringContaining('25 %  1.0 MB  0 B/s'),
    expect.stringContaining('50 %  2.0 MB  500.0 kB/s'),
  ]);
  expect([amount(999), amount(1_500), amount(3e13)]).toEqual(['999 B', '1.5 kB', '30.0 TB']);
});
