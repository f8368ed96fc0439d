import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterAll, expect, test } from 'vitest';
import { makeOpensshKey } from './openssh-key.ts';

const folder = mkdtempSync(join(tmpdir(), 'openssh-key-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('OpenSSH and ssh2 read the key, and find the same public half in it', async () => {
  for (const comment of ['a', 'fabric-key', 'another-comment-of-another-length']) {
    const { privateKey, publicKey } = await makeOpensshKey(comment);
    const file = join(folder, comment);
    writeFileSync(file, privateKey, { mode: 0o600 });
    expect(execFileSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' }).trim()).toBe(publicKey);
    const parsed = ssh2.utils.parseKey(privateKey);
    if (parsed instanceof Error || Array.isArray(parsed)) throw new Error('ssh2 does not read it');
    expect(parsed.getPublicSSH().toString('base64')).toBe(publicKey.split(' ')[1]);
  }
});

test('no two keys are the same', async () => {
  const [a, b] = [await makeOpensshKey('x'), await makeOpensshKey('x')];
  expect(a.publicKey).not.toBe(b.publicKey);
  expect(a.privateKey).not.toBe(b.privateKey);
});
