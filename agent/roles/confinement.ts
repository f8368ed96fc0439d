/**
 * How a role's process is held in: what the host offers and what is configured, to the words that start it. Where something is not there it is left out and the status
 * says so: a node without it is weaker, not dead.
 */
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface HostTools {
  readonly isRoot: boolean;
  /** util-linux; undefined when missing. */
  readonly setpriv: string | undefined;
  readonly prlimit: string | undefined;
  /** As many files as this host lets us open (RLIMIT_NOFILE, the hard limit): asking for more would keep a role from starting. */
  readonly mostOpenFiles: number;
  /** A folder of cgroup v2 in which groups may be made and the controllers named. */
  readonly cgroup: { readonly folder: string; readonly controllers: readonly string[] } | undefined;
}

export interface Limits {
  /** Numeric user and group to run as. */
  readonly identity: { readonly user: number; readonly group: number } | undefined;
  readonly memoryMiB: number;
  readonly cpuPercent: number;
  readonly openFiles: number;
}

export interface Confinement {
  /** Program, and the arguments before the script. */
  readonly program: string;
  readonly args: readonly string[];
  /** Files to write once the process is there, relative to a group of its own; undefined without cgroup v2. */
  readonly group:
    | { readonly parent: string; readonly files: readonly (readonly [string, string])[] }
    | undefined;
  /** In words, for the status. */
  readonly stated: readonly string[];
}

/** Of the memory of a role, what JavaScript objects may take; buffers and native code have the rest. */
const HEAP_SHARE = 0.5;
const CPU_PERIOD_US = 100_000;

export function confine(node: string, tools: HostTools, limits: Limits): Confinement {
  const { identity, memoryMiB, cpuPercent } = limits;
  const openFiles = Math.min(limits.openFiles, tools.mostOpenFiles);
  const drops = tools.isRoot && tools.setpriv !== undefined ? identity : undefined;
  const privileges =
    tools.setpriv === undefined
      ? []
      : [
          tools.setpriv,
          '--no-new-privs',
          // A role ends by itself when the agent is gone; one that is stuck in that moment can not.
          '--pdeathsig=KILL',
          ...(drops
            ? [
                `--reuid=${drops.user}`,
                `--regid=${drops.group}`,
                '--clear-groups',
                '--bounding-set=-all',
                '--inh-caps=-all',
              ]
            : []),
          '--',
        ];
  const rlimits =
    tools.prlimit === undefined ? [] : [tools.prlimit, '--core=0', `--nofile=${openFiles}`, '--'];
  const heap = Math.floor(memoryMiB * HEAP_SHARE);
  const [program = node, ...args] = [...rlimits, ...privileges, node, `--max-old-space-size=${heap}`];
  const controllers = tools.cgroup?.controllers ?? [];
  const files = [
    ['memory', 'memory.max', String(memoryMiB * 2 ** 20)],
    ['memory', 'memory.swap.max', '0'],
    ['cpu', 'cpu.max', `${Math.round((cpuPercent / 100) * CPU_PERIOD_US)} ${CPU_PERIOD_US}`],
  ].flatMap(([controller = '', file = '', value = '']) =>
    controllers.includes(controller) ? [[file, value] as const] : [],
  );
  return {
    program,
    args,
    group: tools.cgroup && files.length > 0 ? { parent: tools.cgroup.folder, files } : undefined,
    stated: [
      drops ? `user ${drops.user}, group ${drops.group}, no capabilities` : unprivileged(tools, identity),
      tools.setpriv === undefined ? 'may gain privileges: setpriv is not installed' : 'no new privileges',
      tools.prlimit === undefined
        ? 'no rlimits: prlimit is not installed'
        : `no core dumps, ${openFiles} open files`,
      `JavaScript heap ${heap} MiB`,
      controllers.includes('memory')
        ? `memory ${memoryMiB} MiB by cgroup`
        : 'memory beyond the heap is not limited: no cgroup v2 memory controller to write to',
      controllers.includes('cpu')
        ? `cpu ${cpuPercent} % by cgroup`
        : 'cpu is not limited: no cgroup v2 cpu controller to write to',
    ],
  };
}

function unprivileged({ isRoot, setpriv }: HostTools, identity: Limits['identity']): string {
  if (!isRoot) return "the agent's own user, which is not root";
  if (identity && setpriv === undefined) return 'root: setpriv, which would drop it, is not installed';
  return 'root: set roleUser and roleGroup to drop it';
}

const FOLDERS = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];

export function hostTools(cgroupRoot = '/sys/fs/cgroup'): HostTools {
  const find = (name: string) => FOLDERS.map((folder) => join(folder, name)).find(isExecutable);
  return {
    isRoot: process.getuid?.() === 0,
    setpriv: find('setpriv'),
    prlimit: find('prlimit'),
    mostOpenFiles: hardOpenFiles(text('/proc/self/limits')),
    cgroup: ownGroup(cgroupRoot, text('/proc/self/cgroup')),
  };
}

/** `Max open files  SOFT  HARD  files`; unlimited is as good as any number. */
export function hardOpenFiles(limits: string): number {
  const [, hard = ''] = /^Max open files\s+\S+\s+(\S+)/m.exec(limits) ?? [];
  return /^\d+$/.test(hard) ? Number(hard) : Number.MAX_SAFE_INTEGER;
}

/** The group this process is in (cgroups(7): the line `0::/path`), if it may make groups in it. */
export function ownGroup(root: string, membership: string): HostTools['cgroup'] {
  const path = /^0::(\/.*)$/m.exec(membership)?.[1];
  // The root group, or a mixed hierarchy: nothing that was given to us.
  if (path === undefined || path === '/' || !existsSync(join(root, 'cgroup.controllers'))) return undefined;
  const folder = join(root, path);
  const controllers = text(join(folder, 'cgroup.controllers')).trim().split(/\s+/);
  try {
    accessSync(folder, constants.W_OK);
    accessSync(join(folder, 'cgroup.subtree_control'), constants.W_OK);
  } catch {
    return undefined;
  }
  return { folder, controllers: controllers.filter((name) => name === 'memory' || name === 'cpu') };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
