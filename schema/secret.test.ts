import { inspect } from 'node:util';
import pino from 'pino';
import { expect, test } from 'vitest';
import { Secret } from './secret.ts';

const secret = new Secret('hunter2');

test('is usable by name only', () => {
  expect(secret.reveal()).toBe('hunter2');
  expect(Object.keys(secret)).toEqual([]);
  expect({ ...secret }).toEqual({});
});

test('is masked in JSON, text, inspection, errors and structured clones of what holds it', () => {
  const shown = [
    JSON.stringify({ password: secret, list: [secret] }),
    `${secret}`,
    `${[secret]}`,
    String(secret),
    inspect({ nested: { secret } }, { depth: 9, showHidden: true }),
    inspect(new Error(`wrong password ${secret}`, { cause: secret })),
    JSON.stringify(structuredClone({ secret: { ...secret } })),
  ];
  for (const text of shown) expect(text).not.toContain('hunter2');
  expect(JSON.parse(shown[0] ?? '')).toEqual({ password: '***', list: ['***'] });
});

test('is masked in the log', () => {
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  log.info({ secret, err: new Error(`no ${secret}`), deep: { list: [secret] } }, `said ${secret}`);
  expect(lines.join('')).toContain('***');
  expect(lines.join('')).not.toContain('hunter2');
});
