import { expect, test } from 'vitest';
import { unfitValue } from '../../schema/secret-kinds.ts';
import { generateSecret } from './generate.ts';

test('a password has the length that was asked for, uses all symbols, and comes once', async () => {
  const made = await Promise.all(
    Array.from(
      { length: 200 },
      async () => (await generateSecret({ kind: 'password', length: 40 }, 'x')).value,
    ),
  );
  const texts = made.map((value) => value.reveal());
  for (const text of texts) {
    expect(text).toMatch(/^[A-Za-z0-9_-]{40}$/);
    expect(unfitValue('password', text)).toBeUndefined();
  }
  expect(new Set(texts).size).toBe(200);
  expect(new Set(texts.join('')).size).toBe(64);
});

test('what is made is masked wherever it is printed; of a key only the public half is told', async () => {
  const made = await generateSecret({ kind: 'ssh_key' }, 'deploy');
  expect(made.publicPart).toMatch(/^ssh-ed25519 [A-Za-z0-9+/=]+ deploy$/);
  expect(JSON.stringify(made)).not.toContain('PRIVATE');
  expect(unfitValue('ssh_key', made.value.reveal())).toBeUndefined();
});
