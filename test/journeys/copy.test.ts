/** `fabric cp` against a real OpenSSH server: there and back by hash, through a killed path, after a killed command, and what it refuses. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { Fabric } from '../fabric.ts';

const FABRIC = fileURLToPath(new URL('../../fabric', import.meta.url));
const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
const Copied = z.object({
  files: z.number(),
  bytes: z.number(),
  kept: z.number(),
  skipped: z.array(z.string()),
});

let fabric: Fabric;
let here: string;
let there: string;
beforeAll(async () => {
  fabric = await Fabric.start();
  expect((await fabric.login()).status).toBe(0);
  // The target is this machine: its files can be looked at, and are reached by the fabric all the same.
  here = mkdtempSync(join(fabric.data, 'here-'));
  there = mkdtempSync(join(fabric.data, 'there-'));
});
afterAll(() => fabric?.[Symbol.asyncDispose]());

async function copy(...args: string[]): Promise<z.infer<typeof Copied>> {
  const ran = await fabric.cli(['cp', '--json', ...args]);
  expect([ran.stderr.split('\n').filter((line) => line.includes('error')), ran.status]).toEqual([[], 0]);
  return Copied.parse(JSON.parse(ran.stdout.toString()));
}

async function refused(...args: string[]): Promise<string> {
  const ran = await fabric.cli(['cp', '--json', ...args]);
  expect(ran.status).not.toBe(0);
  return z.object({ error: z.object({ code: z.string() }) }).parse(JSON.parse(ran.stderr)).error.code;
}

async function relayPid(): Promise<number> {
  const text = readFileSync(join(fabric.data, 'nodes', 'relay', 'agent.json'), 'utf8');
  const { localPort } = z.object({ localPort: z.number() }).parse(JSON.parse(text));
  const status = await (await fetch(`http://127.0.0.1:${localPort}/status`)).json();
  const { roles } = z.object({ roles: z.array(z.object({ pid: z.number().optional() })) }).parse(status);
  return roles[0]?.pid ?? 0;
}

/** Kills the process of the relay's role; its supervisor starts another. */
async function killRelay(): Promise<void> {
  process.kill(await relayPid(), 'SIGKILL');
}

/** There is a way again. */
async function reachable(): Promise<void> {
  const status = async () => (await fabric.cli(['connect', 'demo-shell', '--', 'true'])).status;
  await expect.poll(status, { timeout: 60_000 }).toBe(0);
}

const sizeOf = (path: string) => (existsSync(path) ? statSync(path).size : 0);

async function until(isSo: () => boolean, child: ChildProcess): Promise<void> {
  for (let tries = 0; !isSo() && child.exitCode === null && tries < 4000; tries += 1) await sleep(5);
}

test.each(['up', 'down'] as const)(
  '%s: permissions, time and every byte, though the relay dies on the way',
  async (way) => {
    const [from, to] = way === 'up' ? [here, there] : [there, here];
    const [source, copied] = [join(from, `${way}.bin`), join(to, `${way}.bin`)];
    writeFileSync(source, randomBytes(30_000_000));
    chmodSync(source, 0o640);
    utimesSync(source, 1_600_000_000, 1_600_000_000);
    await reachable();
    const sides = way === 'up' ? [source, `demo-shell:${to}`] : [`demo-shell:${source}`, to];
    const child = spawn(FABRIC, ['cp', '-v', ...sides], { env: fabric.env });
    const words: string[] = [];
    child.stderr.setEncoding('utf8').on('data', (text: string) => words.push(text));
    const part = join(to, `.${way}.bin.fabric-part`);
    await until(() => sizeOf(part) > 5_000_000, child);
    await killRelay();
    if (child.exitCode === null) await once(child, 'exit');
    expect([words.join(''), child.exitCode]).toEqual([expect.stringContaining('reconnected'), 0]);
    expect(sha256(copied)).toBe(sha256(source));
    const { mode, mtimeMs } = statSync(copied);
    expect([mode & 0o777, mtimeMs]).toEqual([0o640, 1_600_000_000_000]);
    expect(readdirSync(to).filter((name) => name.endsWith('.fabric-part'))).toEqual([]);
  },
);

test.each(['up', 'down'] as const)(
  '%s: a killed command is gone on with, and only where what is there is the same',
  async (way) => {
    const [from, to] = way === 'up' ? [here, there] : [there, here];
    const name = `again-${way}.bin`;
    const [source, copied, part] = [join(from, name), join(to, name), join(to, `.${name}.fabric-part`)];
    writeFileSync(source, randomBytes(30_000_000));
    await reachable();
    const sides = way === 'up' ? [source, `demo-shell:${copied}`] : [`demo-shell:${source}`, copied];
    const child = spawn(FABRIC, ['cp', ...sides], { env: fabric.env });
    await until(() => sizeOf(part) > 5_000_000, child);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect([existsSync(part), existsSync(copied)]).toEqual([true, false]);
    const resumed = await copy('--resume', ...sides);
    expect(resumed.kept).toBeGreaterThan(5_000_000);
    expect(resumed.kept + resumed.bytes).toBe(30_000_000);
    expect(sha256(copied)).toBe(sha256(source));
    // Whole: there is nothing to do.
    expect(await copy('--resume', ...sides)).toMatchObject({ kept: 30_000_000, bytes: 0 });
    // A part that is of something else is thrown away.
    writeFileSync(part, randomBytes(1_000_000));
    expect(await copy('--resume', ...sides)).toMatchObject({ kept: 0, bytes: 30_000_000 });
    expect(sha256(copied)).toBe(sha256(source));
  },
);

test('folders, with all that is in them but links; an empty file; names of every kind', async () => {
  const tree = join(here, 'tree');
  mkdirSync(join(tree, 'inner', 'deep'), { recursive: true });
  const files = ['a.txt', 'inner/spaces and ümlauts', 'inner/deep/-rf', 'inner/empty'];
  for (const file of files)
    writeFileSync(join(tree, file), file.endsWith('empty') ? '' : randomBytes(70_001));
  symlinkSync('/etc/passwd', join(tree, 'inner', 'link'));
  expect(await refused(tree, `demo-shell:${there}`)).toBe('bad_request');
  const up = await copy('-r', tree, `demo-shell:${there}`);
  expect([up.files, up.skipped]).toEqual([4, [join(tree, 'inner', 'link')]]);
  symlinkSync('/etc', join(there, 'tree', 'etc'));
  const down = await copy('-r', `demo-shell:${join(there, 'tree')}`, join(here, 'back'));
  expect([down.files, down.skipped]).toEqual([4, [join(there, 'tree', 'etc')]]);
  for (const file of files) {
    expect(sha256(join(there, 'tree', file))).toBe(sha256(join(tree, file)));
    expect(sha256(join(here, 'back', file))).toBe(sha256(join(tree, file)));
  }
});

test('a link where something would be written is in the way, at both ends', async () => {
  const victim = join(here, 'victim');
  writeFileSync(victim, 'untouched');
  writeFileSync(join(here, 'new'), 'new');
  writeFileSync(join(there, 'new'), 'new');
  for (const name of ['trap', '.trap2.fabric-part']) {
    symlinkSync(victim, join(there, name));
    symlinkSync(victim, join(here, name));
  }
  const traps = ['trap', 'trap2'];
  for (const trap of traps) {
    expect(await refused(join(here, 'new'), `demo-shell:${join(there, trap)}`)).toBe('conflict');
    expect((await fabric.cli(['cp', `demo-shell:${join(there, 'new')}`, join(here, trap)])).status).not.toBe(
      0,
    );
  }
  expect(readFileSync(victim, 'utf8')).toBe('untouched');
});

test('a file replaces another in one step: who has the old one open keeps it', async () => {
  const [source, target] = [join(here, 'v2'), join(there, 'versioned')];
  writeFileSync(target, 'one');
  writeFileSync(source, 'two');
  const before = statSync(target).ino;
  await copy(source, `demo-shell:${target}`);
  expect([readFileSync(target, 'utf8'), statSync(target).ino === before]).toEqual(['two', false]);
});

test('says in words what is not there, and what is no file', async () => {
  expect(await refused(`demo-shell:${there}/nothing`, here)).toBe('not_found');
  expect(await refused('demo-shell:/dev/zero', here)).toBe('bad_request');
  expect(await refused(join(here, 'nothing'), 'demo-shell:x')).toBe('bad_request');
  expect(await refused(`demo-shell:${there}/../x`, here)).toBe('bad_request');
});
