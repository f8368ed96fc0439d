/** Bench `path`: the way of a keystroke and of bulk through entry, relay and service, beside what people use today. */
import { Fabric } from '../../../test/fabric.ts';
import type { BenchOptions } from '../../bench.ts';
import type { Bar } from '../../report.ts';
import { percentiles } from '../../samples.ts';
import { timeInput } from './input.ts';
import { timeBrowserKeys, timeSshKeys } from './keystrokes.ts';
import { sshPeers } from './peers.ts';
import { type Command, timeBulk, timeEcho } from './pipe.ts';
import { timeUdpHops } from './udp-hops.ts';

/** Processes a datagram passes between client and service node: entry, relay, service. */
const HOPS = 3;
const SECOND_START_S = 15;

export async function path({ quick, progress }: BenchOptions): Promise<Bar[]> {
  const rounds = quick ? 100 : 1000;
  const bytes = quick ? 50e6 : 500e6;
  progress('bringing a fabric up');
  await using fabric = await Fabric.start();
  await fabric.login();
  const ssh = sshPeers(fabric.data);
  const ours = (command: string): Command => ['fabric', 'connect', 'demo-shell', '--', command];
  const bars: Bar[] = [];
  const add = (bar: Bar) => {
    bars.push(bar);
    progress(
      `${bar.pass ? 'pass' : 'MISS'}  ${bar.name}: ${bar.value.toPrecision(3)} ${bar.unit} (peer ${bar.peer?.toPrecision(3) ?? 'none'})`,
    );
  };

  progress('input round trip');
  const udp = percentiles(await timeUdpHops(HOPS, rounds, 1));
  const input = percentiles(await timeInput(fabric, rounds, 1));
  add({
    name: 'input round trip p50 against bare UDP over as many hops',
    value: input.p50,
    unit: 'ms',
    peer: udp.p50,
    bar: '<= 3x',
    pass: input.p50 <= 3 * udp.p50,
  });
  add({
    name: 'input round trip p99 against bare UDP over as many hops',
    value: input.p99,
    unit: 'ms',
    peer: udp.p99,
    bar: '<= 4x',
    pass: input.p99 <= 4 * udp.p99,
  });

  progress('one byte through a remote cat');
  const jumpEcho = percentiles(await timeEcho(ssh.jump('cat'), fabric.env, rounds, 1));
  const echo = percentiles(await timeEcho(ours('cat'), fabric.env, rounds, 1));
  add({
    name: 'one byte through cat, p50, against ssh -J',
    value: echo.p50,
    unit: 'ms',
    peer: jumpEcho.p50,
    bar: '<= peer + 1 ms',
    pass: echo.p50 <= jumpEcho.p50 + 1,
  });

  progress('keystrokes in the browser');
  const keys = percentiles(await timeBrowserKeys(fabric, quick ? 20 : 100));
  const sshKeys = percentiles(await timeSshKeys(ssh.direct('cat'), quick ? 20 : 100));
  add({
    name: 'keystroke echo in the browser, p50, against ssh',
    value: keys.p50,
    unit: 'ms',
    peer: sshKeys.p50,
    bar: '<= peer + 5 ms',
    pass: keys.p50 <= sshKeys.p50 + 5,
  });

  progress('bulk');
  const jumpBulk = await timeBulk(ssh.jump('cat >/dev/null'), fabric.env, bytes);
  const bulk = await timeBulk(ours('cat >/dev/null'), fabric.env, bytes);
  add({
    name: 'bulk against ssh -J',
    value: bulk,
    unit: 'MB/s',
    peer: jumpBulk,
    bar: '>= 0.5x',
    pass: bulk >= 0.5 * jumpBulk,
  });

  progress('second start');
  await fabric.down();
  const seconds = (await fabric.up()) / 1000;
  add({
    name: 'second start',
    value: seconds,
    unit: 's',
    bar: `<= ${SECOND_START_S} s`,
    pass: seconds <= SECOND_START_S,
  });
  return bars;
}
