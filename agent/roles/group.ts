/** Puts a role's process into a cgroup v2 group of its own (cgroups(7)), and takes the group away when it has ended. */
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Confinement } from './confinement.ts';

/** @returns what was not possible, in words; undefined when it is in */
export function enterGroup(
  { parent, files }: NonNullable<Confinement['group']>,
  name: string,
  pid: number,
): string | undefined {
  try {
    handDown(parent);
    const folder = join(parent, name);
    mkdirSync(folder, { recursive: true });
    for (const [file, value] of files) writeFileSync(join(folder, file), value);
    writeFileSync(join(folder, 'cgroup.procs'), String(pid));
    return undefined;
  } catch (error) {
    return `cgroup: ${error instanceof Error ? error.message : String(error)}`;
  }
}

export function leaveGroup({ parent }: NonNullable<Confinement['group']>, name: string): void {
  try {
    rmdirSync(join(parent, name));
  } catch {
    // Something of the role is still ending: the next start of it uses the same group.
  }
}

/** A group hands controllers down only when no process is in itself: the agent moves into a group beside its roles. */
function handDown(parent: string): void {
  const control = join(parent, 'cgroup.subtree_control');
  const handed = readFileSync(control, 'utf8');
  if (handed.includes('memory') && handed.includes('cpu')) return;
  const own = join(parent, 'agent');
  mkdirSync(own, { recursive: true });
  for (const pid of readFileSync(join(parent, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean))
    writeFileSync(join(own, 'cgroup.procs'), pid);
  writeFileSync(control, '+memory +cpu');
}
