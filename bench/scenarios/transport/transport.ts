/** Bench `transport`: the QUIC transport beside UDP and TLS as Node has them, and beside the same engine in C. */
import type { BenchOptions } from '../../bench.ts';
import type { Bar } from '../../report.ts';
import { percentiles } from '../../samples.ts';
import { bulkRates } from './bulk.ts';
import { answeredInTime } from './crowd.ts';
import { handshakeRates } from './handshakes.ts';
import { Near } from './near.ts';
import { ngtcp2Bulk } from './ngtcp2.ts';
import { timeUrgent } from './priority.ts';
import { datagramRates } from './rates.ts';
import { timeDatagrams } from './rounds.ts';

export async function transport({ quick, progress, signal }: BenchOptions): Promise<Bar[]> {
  const bars: Bar[] = [];
  const add = (bar: Bar) => {
    bars.push(bar);
    progress(
      `${bar.pass ? 'pass' : 'MISS'}  ${bar.name}: ${bar.value.toPrecision(4)} ${bar.unit} (peer ${bar.peer?.toPrecision(4) ?? 'none'})`,
    );
  };
  const atMost = (name: string, unit: string, value: number, peer: number, times: number) =>
    add({ name, unit, value, peer, bar: `<= ${times}x`, pass: value <= times * peer });
  const atLeast = (name: string, unit: string, value: number, peer: number, times: number) =>
    add({ name, unit, value, peer, bar: `>= ${times}x`, pass: value >= times * peer });
  /** Each on processes of its own, which are gone before the next begins. */
  const measure = async <T>(work: (near: Near) => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    await using near = await Near.start();
    return await work(near);
  };

  const rounds = await measure((near) => timeDatagrams(near, quick ? 2_000 : 20_000));
  const [ours, peer] = [percentiles(rounds.ours), percentiles(rounds.peer)];
  atMost('datagram of 64 B, round trip p50, against node:dgram', 'ms', ours.p50, peer.p50, 2.5);
  atMost('datagram of 64 B, round trip p99, against node:dgram', 'ms', ours.p99, peer.p99, 3);

  const rates = await measure((near) => datagramRates(near, quick ? 2 : 10));
  atLeast('datagrams of 1100 B against node:dgram without crypto', '/s', rates.ours, rates.peer, 3.5);

  const bulk = await measure((near) => bulkRates(near, quick ? 200e6 : 2e9));
  atLeast('bulk stream against node:tls over TCP', 'MB/s', bulk.ours, bulk.peer, 0.8);
  const engine = await measure((near) => ngtcp2Bulk(near, quick ? 100e6 : 1e9));
  atLeast("bulk stream against Debian's ngtcp2 client and server", 'MB/s', bulk.ours, engine, 2);

  const handshakes = await measure((near) => handshakeRates(near, quick ? 600 : 6_000));
  atLeast('mutual TLS handshakes against node:tls', '/s', handshakes.ours, handshakes.peer, 3);

  const share = await measure((near) => answeredInTime(near, quick ? 2 : 10));
  add({
    name: '1,000 connections x 60 datagrams/s on one core, answered within the tick',
    value: share,
    unit: '%',
    bar: '>= 95 %',
    pass: share >= 95,
  });

  const urgent = await measure((near) => timeUrgent(near, quick ? 400 : 4_000));
  const [busy, idle] = [percentiles(urgent.busy), percentiles(urgent.idle)];
  atMost(
    'datagram of class 0, p99, beside a saturating lower class against idle',
    'ms',
    busy.p99,
    idle.p99,
    1.5,
  );
  return bars;
}
