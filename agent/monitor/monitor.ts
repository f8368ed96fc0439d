/** How the host is: read from /proc without starting anything, kept for a bounded while, so that it can be looked at when the control plane could not be told. */
import { readdirSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { type CpuTicks, cpuPercent, cpuTicks, load, memory, network, residentPages, uptime } from './proc.ts';
import { Ring } from './ring.ts';

const PAGE_BYTES = 4096;
/** The ring is written after so many samples; a crash loses no more than these. */
const SAVE_EVERY = 20;
/** Linux cuts a process name here (TASK_COMM_LEN). */
const COMM_LENGTH = 15;

export const COLUMNS = [
  'at',
  'cpuPercent',
  'memoryTotal',
  'memoryAvailable',
  'diskTotal',
  'diskFree',
  'load1',
  'load5',
  'load15',
  'uptime',
  'networkReceived',
  'networkSent',
] as const;
/** `at` in milliseconds since the epoch, `uptime` in seconds, sizes and network in bytes. */
export type Sample = Readonly<Record<(typeof COLUMNS)[number], number>>;

export interface Watched {
  readonly name: string;
  readonly running: number;
  readonly residentBytes: number;
}

export interface MonitorOptions {
  readonly data: string;
  readonly intervalMs: number;
  readonly keep: number;
  /** Process names. */
  readonly services: readonly string[];
  readonly processes: readonly string[];
  readonly now: () => number;
  /** Where Linux shows itself; another in tests. */
  readonly proc?: string;
}

export class Monitor {
  readonly #options: MonitorOptions;
  readonly #ring: Ring;
  readonly #path: string;
  #ticks: CpuTicks | undefined;
  #watched = new Map<string, Watched>();
  #unsaved = 0;
  #timer: NodeJS.Timeout | undefined;
  #busy: Promise<void> = Promise.resolve();

  constructor(options: MonitorOptions) {
    this.#options = options;
    this.#ring = new Ring(COLUMNS.length, options.keep);
    this.#path = join(options.data, 'monitor.ring');
  }

  async start(): Promise<void> {
    await this.#ring.load(this.#path);
    await this.sample();
    this.#timer = setInterval(() => {
      this.#busy = this.sample().catch(() => {});
    }, this.#options.intervalMs);
    this.#timer.unref();
  }

  async sample(): Promise<void> {
    const { data, now } = this.#options;
    const ticks = cpuTicks(this.#read('stat'));
    const { total, available } = memory(this.#read('meminfo'));
    const disk = await statfs(data);
    const { received, sent } = network(this.#read('net/dev'));
    const cpu = this.#ticks ? cpuPercent(this.#ticks, ticks) : 0;
    this.#ticks = ticks;
    const row = [now(), cpu, total, available, disk.blocks * disk.bsize, disk.bavail * disk.bsize];
    this.#ring.push([...row, ...load(this.#read('loadavg')), uptime(this.#read('uptime')), received, sent]);
    this.#watched = this.#look();
    this.#unsaved += 1;
    if (this.#unsaved >= SAVE_EVERY) await this.#save();
  }

  /** The newest, oldest first. */
  samples(count: number): Sample[] {
    return this.#ring
      .newest(count)
      .map((row) => Object.fromEntries(COLUMNS.map((name, at) => [name, row[at] ?? 0])) as Sample);
  }

  get latest(): Sample | undefined {
    return this.samples(1)[0];
  }

  get kept(): number {
    return this.#ring.length;
  }

  get services(): Watched[] {
    return this.#options.services.map((name) => this.#of(name));
  }

  get processes(): Watched[] {
    return this.#options.processes.map((name) => this.#of(name));
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#busy;
    if (this.#unsaved > 0) await this.#save();
  }

  async #save(): Promise<void> {
    this.#unsaved = 0;
    await this.#ring.save(this.#path);
  }

  #of(name: string): Watched {
    return this.#watched.get(name.slice(0, COMM_LENGTH)) ?? { name, running: 0, residentBytes: 0 };
  }

  #look(): Map<string, Watched> {
    const { services, processes } = this.#options;
    const found = new Map<string, Watched>();
    const wanted = new Map([...services, ...processes].map((name) => [name.slice(0, COMM_LENGTH), name]));
    if (wanted.size === 0) return found;
    for (const pid of readdirSync(this.#proc).filter((entry) => /^\d+$/.test(entry))) {
      try {
        const comm = this.#read(`${pid}/comm`).trimEnd();
        const name = wanted.get(comm);
        if (name === undefined) continue;
        const known = found.get(comm) ?? { name, running: 0, residentBytes: 0 };
        const residentBytes = known.residentBytes + residentPages(this.#read(`${pid}/statm`)) * PAGE_BYTES;
        found.set(comm, { name, running: known.running + 1, residentBytes });
      } catch {
        // It ended while we looked.
      }
    }
    return found;
  }

  get #proc(): string {
    return this.#options.proc ?? '/proc';
  }

  #read(path: string): string {
    return readFileSync(`${this.#proc}/${path}`, 'utf8');
  }
}
