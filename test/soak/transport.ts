/** Soaks of the native transport: many connections one after another, and many at once that say nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SoakProcess } from './process.ts';

export interface CyclesReport {
  readonly cycles: number;
  /** Memory after each tenth, garbage collected and every connection gone, MiB. */
  readonly rssMib: readonly number[];
  readonly seconds: number;
}

/** Connect, echo 20 kB and ten datagrams, close: `cycles` times. */
export async function soakCycles(cycles: number): Promise<CyclesReport> {
  using worker = new SoakProcess('cycles.ts', []);
  await worker.next();
  const startedAt = performance.now();
  const rssMib: number[] = [];
  for (let n = 0; n < 10; n += 1)
    rssMib.push(Math.round((await worker.ask<number>(String(cycles / 10))) * 10) / 10);
  return { cycles, rssMib, seconds: (performance.now() - startedAt) / 1000 };
}

export interface IdleReport {
  readonly connections: number;
  /** Resident memory of the server that each connection added, KiB. */
  readonly serverKibEach: number;
  readonly clientKibEach: number;
  /** Of one core, over `seconds` in which connections only keep themselves alive. */
  readonly serverCpuPercent: number;
  readonly clientCpuPercent: number;
}

/** `connections` from one process to another, then nothing but keep-alives for so many seconds. */
export async function soakIdle(connections: number, seconds: number): Promise<IdleReport> {
  using server = new SoakProcess('idle-server.ts', []);
  const port = await server.next<number>();
  // What a first connection loads and allocates once is no cost of the others.
  using first = new SoakProcess('idle-client.ts', [`--port=${port}`, '--connections=50']);
  await first.next();
  await first.ask('dial');
  using client = new SoakProcess('idle-client.ts', [`--port=${port}`, `--connections=${connections}`]);
  await client.next();
  await server.ask('settle');
  const before = [server.rssKib(), client.rssKib()] as const;
  await client.ask('dial');
  await sleep(1000);
  const held = (await server.ask<number>('settle')) - 50;
  if (held !== connections) throw new Error(`the server holds ${held} connections of ${connections}`);
  await sleep(500);
  const after = [server.rssKib(), client.rssKib()] as const;
  const cpu = [server.cpuSeconds(), client.cpuSeconds()] as const;
  await sleep(seconds * 1000);
  const each = (n: 0 | 1) => Math.round(((after[n] - before[n]) / connections) * 10) / 10;
  const percent = (now: number, then: number) => Math.round(((now - then) / seconds) * 1000) / 10;
  return {
    connections,
    serverKibEach: each(0),
    clientKibEach: each(1),
    serverCpuPercent: percent(server.cpuSeconds(), cpu[0]),
    clientCpuPercent: percent(client.cpuSeconds(), cpu[1]),
  };
}
