/** A key that the fabric makes, from the command line to a shell of a real sshd; and its value is in no file that the installation wrote. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { Me } from '../../schema/api/auth.ts';
import { ManagedResourceList } from '../../schema/api/resources.ts';
import { RevealedSecret, SecretUses, SecretView } from '../../schema/api/secrets.ts';
import { Fabric } from '../fabric.ts';

const PASSWORD = 'zq-a-password-from-standard-input';

let fabric: Fabric;
beforeAll(async () => {
  fabric = await Fabric.start('--runtime', 'node');
  expect((await fabric.login()).status).toBe(0);
});
afterAll(() => fabric?.[Symbol.asyncDispose]());

const secret = (words: string[], input = '') => fabric.cli(['secret', ...words], input);
async function answer<T extends z.ZodType>(contract: T, words: string[], input = ''): Promise<z.infer<T>> {
  const ran = await secret([...words, '--json'], input);
  if (ran.status !== 0) throw new Error(`${words.join(' ')}: ${ran.stderr}`);
  return contract.parse(JSON.parse(ran.stdout.toString()));
}
const authorized = () => join(fabric.data, 'sshd', 'authorized_keys');
const shell = () => fabric.cli(['connect', 'demo-shell', '--', 'echo $((6*7))']);

function* files(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else if (entry.isFile()) yield path;
  }
}

test('a session signs in with a generated key; a new one overlaps until its target has learnt it, and then the old one is of no use', async () => {
  const made = await answer(SecretView, [
    'create',
    'web-root',
    '--kind',
    'ssh_key',
    '--generate',
    '--overlap-days',
    '7',
  ]);
  writeFileSync(authorized(), `${made.publicPart}\n`);
  expect((await shell()).stderr).toContain('target_auth_failed');
  expect((await secret(['use', 'web-root', 'demo-shell'])).status).toBe(0);
  expect((await shell()).stdout.toString()).toBe('42\n');
  // The target knows the one before only.
  const next = z.object({ publicPart: z.string() });
  const { publicPart } = await answer(next, ['rotate', 'web-root']);
  expect(publicPart).not.toBe(made.publicPart);
  expect((await shell()).stdout.toString()).toBe('42\n');
  writeFileSync(authorized(), `${publicPart}\n`);
  expect((await shell()).stdout.toString()).toBe('42\n');
  await secret(['destroy', 'web-root', '1']);
  writeFileSync(authorized(), `${made.publicPart}\n`);
  expect((await shell()).stderr).toContain('target_auth_failed');
  expect((await secret(['rollback', 'web-root', '1'])).stderr).toContain('destroyed');
  const { uses } = await answer(SecretUses, ['uses', 'web-root']);
  expect(uses.filter(({ session }) => session !== null).length).toBeGreaterThanOrEqual(4);
});

test('a value from standard input is masked in lists, revealed with a reason alone, and kept from being deleted while it is used', async () => {
  expect((await secret(['create', 'db', '--kind', 'password'], `${PASSWORD}\n`)).status).toBe(0);
  for (const words of [['list'], ['list', '--json'], ['history', 'db'], ['uses', 'db', '--json']]) {
    const ran = await secret(words);
    expect(ran.status, words.join(' ')).toBe(0);
    expect(ran.stdout.toString() + ran.stderr).not.toContain(PASSWORD);
  }
  expect((await secret(['reveal', 'db'])).status).toBe(1);
  expect((await secret(['reveal', 'db', '--reason', 'to test it'])).stdout.toString()).toBe(`${PASSWORD}\n`);
  expect((await secret(['put', 'db'], 'another\n')).status).toBe(0);
  expect((await secret(['rollback', 'db', '1'])).status).toBe(0);
  expect((await answer(RevealedSecret, ['reveal', 'db', '--reason', 'again'])).value).toBe(PASSWORD);
  const refused = await secret(['delete', 'web-root']);
  expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('demo-shell')]);
  expect((await secret(['delete', 'db'])).status).toBe(0);
});

test('no file of the installation, logs and database among them, holds a value', async () => {
  const key = await answer(RevealedSecret, ['reveal', 'web-root', '--reason', 'to look for it']);
  const [, line = ''] = key.value.split('\n').slice(1);
  expect(line.length).toBe(70);
  const [org] = Me.parse(await fabric.call('/v1/me')).organizations;
  const { resources } = ManagedResourceList.parse(await fabric.call(`/v1/orgs/${org?.id}/inventory`));
  expect(resources.find(({ name }) => name === 'demo-shell')).toMatchObject({ hasCredential: true });
  const names: string[] = [];
  const holding: string[] = [];
  for (const path of files(fabric.data)) {
    const bytes = readFileSync(path);
    names.push(path);
    if ([PASSWORD, line].some((text) => bytes.includes(text))) holding.push(path);
  }
  expect(names.some((name) => name.endsWith('.log'))).toBe(true);
  expect(names.some((name) => name.includes('pg_wal'))).toBe(true);
  expect(holding).toEqual([]);
});
