/** One fuzzing run: starts the peers with the sanitized addon, puts the hostile relay between them, and judges how it went. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { nextMessage } from '../child.ts';
import { seededRandom } from '../random.ts';
import type { PeersReport } from './quic-peers.ts';
import { HostileRelay, type RelayCounts } from './relay.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Injected in one go, before genuine packets get their turn. */
const BURST = 12;

export interface FuzzReport {
  readonly relay: RelayCounts;
  /** Packets that did not fit into the server's socket. */
  readonly dropped: number;
  readonly peers: PeersReport | undefined;
  /** What went wrong; empty when all is well. */
  readonly problems: readonly string[];
}

/**
 * Builds the sanitized addon where it is not up to date. @throws Error with the compiler's words
 * @param ngtcp2 as `dataplane/quic/build.mjs` takes it; undefined for what the normal build has
 * @returns its path
 */
export function buildSanitized(ngtcp2?: string): string {
  const folder = ngtcp2 === undefined ? 'sanitized' : `sanitized-${ngtcp2}`;
  const addon = `${root}dataplane/quic/build/${folder}/Release/quic.node`;
  const { status, stderr } = spawnSync(
    process.execPath,
    [`${root}dataplane/quic/build.mjs`, '--sanitize', ...(ngtcp2 === undefined ? [] : ['--ngtcp2', ngtcp2])],
    {
      encoding: 'utf8',
      timeout: 300_000,
    },
  );
  if (status !== 0 || !existsSync(addon)) throw new Error(`the sanitized build failed:\n${stderr}`);
  return addon;
}

/** The runtime that must be in the process before anything else. */
function asanRuntime(): string {
  const { stdout } = spawnSync('gcc', ['-print-file-name=libasan.so'], { encoding: 'utf8' });
  return stdout.trim();
}

/** Packets that the kernel dropped at a UDP port of this machine. */
function droppedAt(port: number): number {
  const hex = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const line = readFileSync('/proc/net/udp', 'utf8')
    .split('\n')
    .find((text) => text.trim().split(/\s+/)[1]?.endsWith(hex));
  return Number(line?.trim().split(/\s+/).at(-1) ?? 0);
}

export async function fuzzQuic(options: {
  readonly seconds: number;
  readonly seed: number;
  readonly ngtcp2?: string | undefined;
}): Promise<FuzzReport> {
  const addon = buildSanitized(options.ngtcp2);
  const random = seededRandom(options.seed);
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('quic-peers.ts', import.meta.url)), `--seed=${options.seed}`],
    {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: {
        ...process.env,
        FABRIC_QUIC_ADDON: addon,
        LD_PRELOAD: asanRuntime(),
        ASAN_OPTIONS: 'detect_leaks=0:abort_on_error=1:handle_abort=1',
        UBSAN_OPTIONS: 'halt_on_error=1:print_stacktrace=1',
      },
    },
  );
  const ended = once(child, 'exit') as Promise<[code: number | null, signal: string | null]>;
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-30_000);
  });
  const problems: string[] = [];
  let relay: HostileRelay | undefined;
  let peers: PeersReport | undefined;
  let dropped = 0;
  try {
    const { server } = await nextMessage<{ server: number }>(child, 30_000);
    relay = await HostileRelay.open(server, random);
    child.send({ relay: relay.port });
    const until = performance.now() + options.seconds * 1000;
    while (performance.now() < until && child.exitCode === null && child.signalCode === null) {
      for (let n = 0; n < BURST; n += 1) relay.inject();
      await sleep(1);
    }
    dropped = droppedAt(server);
    child.send('finish');
    ({ report: peers } = await nextMessage<{ report: PeersReport }>(child, 60_000));
    const exit = await Promise.race([ended, sleep(20_000)]);
    if (exit?.[0] !== 0) problems.push(`the peers did not end in order: ${exit ?? 'not at all'}`);
  } catch (error) {
    problems.push(String(error));
  } finally {
    child.kill('SIGKILL');
    relay?.close();
  }
  if (/Sanitizer|runtime error:|Assertion/.test(words)) problems.push('a sanitizer or an assertion spoke up');
  if (problems.length > 0) problems.push(words);
  if (peers && !peers.sanitized) problems.push('the sanitized addon was not in the process');
  if (peers && peers.corrupted > 0) problems.push(`${peers.corrupted} streams came back changed`);
  if (peers && peers.freshConnections < 2) problems.push('fresh connections did not work afterwards');
  const nothing = { passed: 0, toServer: 0, toClients: 0, sealed: 0 };
  return { relay: relay?.counts ?? nothing, dropped, peers, problems };
}
