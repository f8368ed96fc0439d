/** Everything a command started, also what left its process group or lost its parent: found under /proc by parent, group, and a mark in the environment. */
import { readdirSync, readFileSync } from 'node:fs';

/** Carries a value of its own for each command; a child has it unless it wipes its environment. */
export const MARK = 'FABRIC_EXECUTE_ID';
/** New processes may appear while we look: as often again as it takes, within reason. */
const ROUNDS = 50;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly isGone: boolean;
}

/** @returns how many are still there; 0 but for processes in the middle of a system call that can not be ended */
export function killTree(root: number, id: string): number {
  for (let round = 0; round < ROUNDS; round += 1) {
    const alive = membersOf(root, id);
    if (alive.length === 0) return 0;
    for (const pid of alive) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
  }
  return membersOf(root, id).length;
}

export function membersOf(root: number, id: string): number[] {
  const all = processes();
  const found = new Set<number>();
  const isMember = ({ pid, parent, group, session }: Process) =>
    pid === root || group === root || session === root || found.has(parent) || isMarked(pid, id);
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const each of all) if (!found.has(each.pid) && isMember(each)) found.add(each.pid);
  }
  return all.filter(({ pid, isGone }) => found.has(pid) && !isGone).map(({ pid }) => pid);
}

function processes(): Process[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .flatMap((entry) => {
      try {
        const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
        const [state = '', parent, group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const isGone = state === 'Z' || state === 'X';
        return [
          {
            pid: Number(entry),
            parent: Number(parent),
            group: Number(group),
            session: Number(session),
            isGone,
          },
        ];
      } catch {
        return [];
      }
    });
}

function isMarked(pid: number, id: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(`${MARK}=${id}`);
  } catch {
    return false;
  }
}
