/** Bench `mesh`: what people notice when the mesh changes under them, and what a relay can forward. */
import { Fabric } from '../../../test/fabric.ts';
import type { BenchOptions } from '../../bench.ts';
import type { Bar } from '../../report.ts';
import { percentiles } from '../../samples.ts';
import { timeInput } from '../path/input.ts';
import { sshPeers } from '../path/peers.ts';
import { type Command, timeBulk } from '../path/pipe.ts';
import { timeUdpHops } from '../path/udp-hops.ts';
import { timeCrowd } from './crowd.ts';
import { forwardedPerCore } from './datagrams.ts';
import { addressChanged, type Pauses, relayKilled } from './failover.ts';
import { timeSaturated } from './saturated.ts';

const KILLED_MS = 500;
const ADDRESS_MS = 300;
const DATAGRAMS = 150_000;
const CROWD_MS = 20;
const SESSION_KB = 300;
/** Processes a datagram passes between client and service node: entry, relay, service. */
const HOPS = 3;

export async function mesh({ quick, progress }: BenchOptions): Promise<Bar[]> {
  const rounds = quick ? 2 : 10;
  const bars: Bar[] = [];
  const add = (bar: Bar) => {
    bars.push(bar);
    progress(
      `${bar.pass ? 'pass' : 'MISS'}  ${bar.name}: ${bar.value.toPrecision(3)} ${bar.unit} (${bar.bar})`,
    );
  };
  const pause = (name: string, { pauses, wrong }: Pauses, most: number) => {
    const { p50, p95 } = percentiles(pauses);
    progress(`${name}: ${pauses.map((ms) => Math.round(ms)).join(', ')} ms, p50 ${Math.round(p50)} ms`);
    add({
      name: `${name}: input resumes, p95`,
      value: p95,
      unit: 'ms',
      bar: `< ${most} ms`,
      pass: p95 < most,
    });
    add({
      name: `${name}: rounds with a byte lost, repeated or out of order`,
      value: wrong,
      unit: '',
      bar: '0',
      pass: wrong === 0,
    });
  };
  progress('a relay is killed under typing');
  pause('relay killed', await relayKilled(rounds), KILLED_MS);
  progress("the client's address changes under typing");
  pause('client address change', await addressChanged(rounds), ADDRESS_MS);
  progress('datagrams through one relay');
  const { perCore, delivered } = await forwardedPerCore(quick ? 1 : 5);
  progress(`${(100 * delivered).toFixed(1)} % of what was sent arrived`);
  add({
    name: 'relay forwarding datagrams of 1 kB, per second on one core',
    value: perCore,
    unit: '/s',
    bar: `>= ${DATAGRAMS}/s`,
    pass: perCore >= DATAGRAMS,
  });
  progress('a crowd that types');
  await crowd(quick, add);
  progress('bringing a fabric up');
  await using fabric = await Fabric.start();
  await fabric.login();
  progress('input against bare UDP');
  await input(fabric, quick ? 200 : 2_000, add);
  for (const line of LINES) {
    progress(`input beside an upload, ${line.name}`);
    await saturated(fabric, line, quick ? 200 : 1_000, add);
  }
  progress('bulk against ssh -J');
  await bulk(fabric, quick ? 50e6 : 300e6, add);
  return bars;
}

type Add = (bar: Bar) => void;

async function crowd(quick: boolean, add: Add): Promise<void> {
  const sessions = quick ? 100 : 1_000;
  const { echoes, entry, relay, missing } = await timeCrowd(sessions, quick ? 3 : 20);
  const { p99 } = percentiles(echoes);
  const name = `${sessions} sessions through one entry and relay, 5 keys/s each`;
  add({ name: `${name}: p99`, value: p99, unit: 'ms', bar: `< ${CROWD_MS} ms`, pass: p99 < CROWD_MS });
  add({ name: `${name}: keys without echo`, value: missing, unit: '', bar: '0', pass: missing === 0 });
  for (const [node, bytes] of [
    ['entry', entry],
    ['relay', relay],
  ] as const) {
    const value = bytes / 1024;
    const bar = `<= ${SESSION_KB} KB`;
    add({ name: `${name}: memory a session, ${node}`, value, unit: 'KB', bar, pass: value <= SESSION_KB });
  }
}

async function input(fabric: Fabric, rounds: number, add: Add): Promise<void> {
  const udp = percentiles(await timeUdpHops(HOPS, rounds, 1));
  const ours = percentiles(await timeInput(fabric, rounds, 1));
  for (const [at, most] of [
    ['p50', 3],
    ['p99', 4],
  ] as const) {
    const [value, peer] = [ours[at], udp[at]];
    const name = `input round trip ${at} against bare UDP over as many hops`;
    add({ name, value, unit: 'ms', peer, bar: `<= ${most}x`, pass: value <= most * peer });
  }
}

interface Line {
  readonly name: string;
  readonly rate: number | undefined;
  readonly bar: string;
  readonly most: (idle: number) => number;
}
const LINES: readonly Line[] = [
  { name: 'loopback', rate: undefined, bar: '<= 2x idle', most: (idle) => 2 * idle },
  { name: '20 Mbit/s', rate: 20e6, bar: '<= idle + 15 ms', most: (idle) => idle + 15 },
];

async function saturated(fabric: Fabric, { name, rate, bar, most }: Line, rounds: number, add: Add) {
  const { idle, loaded, bulk } = await timeSaturated(fabric, rounds, rate);
  const [value, peer] = [percentiles(loaded).p99, percentiles(idle).p99];
  add({
    name: `input p99 beside an upload, ${name}`,
    value,
    unit: 'ms',
    peer,
    bar,
    pass: value <= most(peer),
  });
  if (rate === undefined) return;
  const share = (bulk * 8e6) / rate;
  const least = 0.7;
  add({
    name: `the upload's share of the line, ${name}`,
    value: share,
    unit: '',
    bar: `>= ${least}`,
    pass: share >= least,
  });
}

async function bulk(fabric: Fabric, bytes: number, add: Add): Promise<void> {
  const peer = await timeBulk(sshPeers(fabric.data).jump('cat >/dev/null'), fabric.env, bytes);
  const ours: Command = ['fabric', 'connect', 'demo-shell', '--', 'cat >/dev/null'];
  const value = await timeBulk(ours, fabric.env, bytes);
  const name = 'bulk of a command through entry and relay against ssh -J';
  add({ name, value, unit: 'MB/s', peer, bar: '>= 1x', pass: value >= peer });
}
