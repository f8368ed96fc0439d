/** The process whose time is measured: the control plane's handlers, and 5,000 nodes that wait for news. Run by `snapshots.ts`. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type KnownNode, neighbourhood } from '../../../edge/snapshots/build.ts';
import { nodeChanges } from '../../../edge/snapshots/change.ts';
import { isBehind, lockCluster, newsFor, versionOf } from '../../../edge/snapshots/publish.ts';
import { watchOf } from '../../../edge/snapshots/watch.ts';
import { ClusterId, NodeId } from '../../../schema/ids.ts';
import type { NodeRole } from '../../../schema/roles.ts';
import { nodes as table } from '../../../schema/tables/index.ts';
import { ControlApi } from '../../../test/integration/control-api.ts';
import { startDatabase } from '../../../test/integration/database.ts';
import { percentiles } from '../../samples.ts';

const NODES = 5_000;
const RELAYS = 40;
const PER_SECOND = 10;
/** As an agent asks: as long as the contract allows. */
const WAIT_MS = 25_000;
const HOUR_MS = 3_600_000;

interface Simulated {
  readonly id: NodeId;
  version: number;
}

const roleOf = (at: number): NodeRole => (at < RELAYS ? 'relay' : at % 2 === 0 ? 'entry' : 'service');

const seen = (id: NodeId, role: NodeRole): KnownNode => ({
  id,
  roles: [role],
  spki: '',
  endpoints: [],
  egressPools: [],
});

async function main(seconds: number): Promise<void> {
  await using database = await startDatabase();
  await using api = new ControlApi(database);
  const { services } = api;
  const platform = (await api.signIn()).accessToken as string;
  const made = await api.call('POST', '/v1/platform/clusters', { name: 'herd', origins: [] }, platform);
  const cluster = ClusterId.parse(made.body.id);
  const herd = await enrolAll();
  const stop = new AbortController();
  const figures = { told: 0, bytesTold: 0, bytesUntouched: 0, answeredUntouched: 0 };
  const concerned = new Map<NodeId, number>();
  const delays: number[] = [];
  const asked = new Set<NodeId>();

  async function enrolAll(): Promise<Simulated[]> {
    const all = Array.from({ length: NODES }, (_, at) => ({ at, id: NodeId.parse(crypto.randomUUID()) }));
    const row = ({ at, id }: (typeof all)[number]): typeof table.$inferInsert => ({
      id,
      cluster,
      name: `node-${at}`,
      roles: [roleOf(at)],
      endpoints: [`10.0.${at >> 8}.${at & 255}:4433`],
      spki: id.replaceAll('-', '').padEnd(43, 'x'),
      publicKey: '',
      certificateHashes: [],
      certificateExpiresAt: new Date(services.now() + 24 * HOUR_MS),
    });
    for (let at = 0; at < NODES; at += 1_000)
      await services.db.platform((tx) => tx.insert(table).values(all.slice(at, at + 1_000).map(row)));
    return all.map(({ id }) => ({ id, version: 1 }));
  }

  /** One node's loop: waits, is told, asks again. The same two calls that the route makes. */
  async function follow(node: Simulated): Promise<void> {
    while (!stop.signal.aborted) {
      const wanted = { cluster, node: node.id, since: node.version, epoch: 1, increments: true };
      const isThere = async () => {
        const known = await services.db.platform((tx) => versionOf(tx, node.id));
        asked.add(node.id);
        return isBehind(wanted, known);
      };
      // Agents did not all begin in the same moment.
      const wait = WAIT_MS * (0.5 + Math.random() / 2);
      if (!(await watchOf(services.db).news(node.id, wait, stop.signal, isThere))) continue;
      const news = await newsFor(services, wanted);
      if (!news) continue;
      const text = 'increment' in news ? news.increment : news.snapshot;
      const body: { from?: number; version: number } = JSON.parse(
        Buffer.from(text.split('.')[1] ?? '', 'base64url').toString('utf8'),
      ).body;
      node.version = body.version;
      heard(node.id, text.length);
    }
  }

  function heard(id: NodeId, bytes: number): void {
    const at = concerned.get(id);
    if (at === undefined) {
      figures.answeredUntouched += 1;
      figures.bytesUntouched += bytes;
      return;
    }
    figures.told += 1;
    figures.bytesTold += bytes;
    delays.push(performance.now() - at);
  }

  const relays = herd.slice(0, RELAYS).map(({ id }) => seen(id, 'relay'));
  let changes = 0;
  /** An ordinary node has a new key: the relays that it dials are told, and nobody else. */
  async function change(): Promise<void> {
    const at = RELAYS + Math.floor(Math.random() * (NODES - RELAYS));
    const node = herd[at];
    if (!node) return;
    const known = seen(node.id, roleOf(at));
    changes += 1;
    await services.db.platform(async (tx) => {
      await lockCluster(tx, cluster);
      // Those that it dials, and no other relay.
      for (const { node: id } of neighbourhood([...relays, known])(known))
        concerned.set(id, performance.now());
      const spki = crypto.randomUUID().replaceAll('-', '').padEnd(43, 'y');
      await nodeChanges(tx, cluster, services.now(), node.id, { spki });
    });
  }

  async function measured(work: () => Promise<void>): Promise<number> {
    const [cpu, at] = [process.cpuUsage(), performance.now()];
    await work();
    const { user, system } = process.cpuUsage(cpu);
    return (user + system) / 1000 / (performance.now() - at);
  }

  const following = herd.map(follow);
  // Until all have asked once and wait.
  while (asked.size < NODES) await sleep(100);
  const idleCores = await measured(() => sleep((seconds * 1000) / 2));
  const cores = await measured(async () => {
    const until = performance.now() + seconds * 1000;
    for (let next = performance.now(); next < until; next += 1000 / PER_SECOND) {
      await sleep(Math.max(0, next - performance.now()));
      await change();
    }
  });
  stop.abort();
  await Promise.all(following);
  const { p95: p95Ms } = percentiles(delays);
  process.send?.({ nodes: NODES, changes, seconds, cores, idleCores, ...figures, p95Ms });
  await once(process, 'disconnect');
}

// Whoever measured has gone: nothing is left to do.
process.once('disconnect', () => process.exit());
await main(Number(process.argv[2] ?? 30));
