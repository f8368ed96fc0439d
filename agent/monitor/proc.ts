/** What Linux says of the host under /proc (proc(5)): text to numbers, pure. */

/** Clock ticks since boot: busy, and all. */
export interface CpuTicks {
  readonly busy: number;
  readonly total: number;
}

const numbers = (line: string) => line.trim().split(/\s+/).map(Number);

/** The first line of /proc/stat. Waiting for a disk is not being busy; guest time is inside user time. */
export function cpuTicks(stat: string): CpuTicks {
  const [, ...ticks] = numbers(stat.slice(0, stat.indexOf('\n')));
  const total = ticks.slice(0, 8).reduce((sum, each) => sum + each, 0);
  return { busy: total - (ticks[3] ?? 0) - (ticks[4] ?? 0), total };
}

/** Percent of all processors between two looks. */
export function cpuPercent(before: CpuTicks, after: CpuTicks): number {
  const total = after.total - before.total;
  return total <= 0 ? 0 : Math.min(100, Math.max(0, (100 * (after.busy - before.busy)) / total));
}

/** /proc/meminfo, bytes. */
export function memory(meminfo: string): { total: number; available: number } {
  const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(meminfo)?.[1] ?? 0) * 1024;
  return { total: of('MemTotal'), available: of('MemAvailable') };
}

/** /proc/loadavg: over 1, 5 and 15 minutes. */
export function load(loadavg: string): [number, number, number] {
  const [one = 0, five = 0, fifteen = 0] = numbers(loadavg);
  return [one, five, fifteen];
}

/** Seconds since boot. */
export const uptime = (text: string): number => numbers(text)[0] ?? 0;

/** /proc/net/dev: bytes through all interfaces but loopback since boot. */
export function network(dev: string): { received: number; sent: number } {
  let [received, sent] = [0, 0];
  for (const line of dev.split('\n').slice(2)) {
    const [name, counters] = line.split(':');
    if (name === undefined || counters === undefined || name.trim() === 'lo') continue;
    const fields = numbers(counters);
    received += fields[0] ?? 0;
    sent += fields[8] ?? 0;
  }
  return { received, sent };
}

/** Resident pages from /proc/PID/statm. */
export const residentPages = (statm: string): number => numbers(statm)[1] ?? 0;
