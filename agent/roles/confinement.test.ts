import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { confine, type HostTools, hardOpenFiles, ownGroup } from './confinement.ts';
import { enterGroup, leaveGroup } from './group.ts';

const everything: HostTools = {
  isRoot: true,
  setpriv: '/usr/bin/setpriv',
  prlimit: '/usr/bin/prlimit',
  mostOpenFiles: 100_000,
  cgroup: { folder: '/sys/fs/cgroup/fabric', controllers: ['memory', 'cpu'] },
};
const limits = { identity: { user: 990, group: 991 }, memoryMiB: 256, cpuPercent: 50, openFiles: 1_024 };

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cgroup-'));
});
afterEach(() => rmSync(root, { recursive: true }));

test('with everything there: dropped to its user, held in by limits and a group', () => {
  const { program, args, group } = confine('/node', everything, limits);
  expect([program, ...args].join(' ')).toBe(
    '/usr/bin/prlimit --core=0 --nofile=1024 -- /usr/bin/setpriv --no-new-privs --pdeathsig=KILL --reuid=990 --regid=991 --clear-groups --bounding-set=-all --inh-caps=-all -- /node --max-old-space-size=128',
  );
  expect(group?.files).toEqual([
    ['memory.max', '268435456'],
    ['memory.swap.max', '0'],
    ['cpu.max', '50000 100000'],
  ]);
});

test('what is missing is left out and said', () => {
  const nothing = {
    isRoot: true,
    setpriv: undefined,
    prlimit: undefined,
    mostOpenFiles: 1,
    cgroup: undefined,
  };
  const { program, args, group, stated } = confine('/node', nothing, limits);
  expect([program, ...args]).toEqual(['/node', '--max-old-space-size=128']);
  expect(group).toBeUndefined();
  for (const part of [
    'root: setpriv',
    'prlimit is not installed',
    'no cgroup v2 memory',
    'cpu is not limited',
  ])
    expect(stated.join('; ')).toContain(part);
});

test('without root nobody is dropped to, and it is said who runs it', () => {
  const { args, stated } = confine('/node', { ...everything, isRoot: false }, limits);
  expect(args.join(' ')).not.toContain('--reuid');
  expect(stated[0]).toContain('not root');
});

/** Files as the kernel shows them; the kernel's own behaviour is not in them. */
function fakeGroup(): string {
  const folder = join(root, 'system.slice', 'fabric.service');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(root, 'cgroup.controllers'), 'cpu memory pids');
  writeFileSync(join(folder, 'cgroup.controllers'), 'cpu memory pids\n');
  writeFileSync(join(folder, 'cgroup.subtree_control'), '');
  writeFileSync(join(folder, 'cgroup.procs'), '41\n');
  return folder;
}

test('finds the group it was given, and none where it has only the root or a mixed hierarchy', () => {
  const folder = fakeGroup();
  expect(ownGroup(root, '0::/system.slice/fabric.service\n')).toEqual({
    folder,
    controllers: ['cpu', 'memory'],
  });
  expect(ownGroup(root, '0::/\n')).toBeUndefined();
  expect(ownGroup(root, '12:memory:/x\n')).toBeUndefined();
  expect(ownGroup(join(root, 'nowhere'), '0::/x\n')).toBeUndefined();
});

test('moves the agent aside, hands the controllers down and puts the role in', () => {
  const parent = fakeGroup();
  const files = [['memory.max', '1000']] as const;
  expect(enterGroup({ parent, files }, 'role-relay', 4711)).toBeUndefined();
  const read = (...path: string[]) => readFileSync(join(parent, ...path), 'utf8');
  expect(read('agent', 'cgroup.procs')).toBe('41');
  expect(read('cgroup.subtree_control')).toBe('+memory +cpu');
  expect(read('role-relay', 'memory.max')).toBe('1000');
  expect(read('role-relay', 'cgroup.procs')).toBe('4711');
  leaveGroup({ parent, files }, 'role-relay');
  expect(enterGroup({ parent: join(root, 'gone'), files }, 'x', 1)).toContain('cgroup:');
});

test('asks for no more open files than the host gives: a role that may open fewer is better than none', () => {
  const { args } = confine('/node', { ...everything, mostOpenFiles: 512 }, limits);
  expect(args).toContain('--nofile=512');
  expect(
    hardOpenFiles('Max open files            1024                 4096                 files     \n'),
  ).toBe(4096);
  expect(
    hardOpenFiles('Max open files            1024                 unlimited            files     \n'),
  ).toBe(Number.MAX_SAFE_INTEGER);
});
