/**
 * Mixed load on the control API while PostgreSQL, Redis and the API itself are killed at random moments: `node test/chaos/control.ts --seconds 300 [--seed N]`.
 * Writers repeat each call with its idempotency key until they are told that it was done.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import postgres from 'postgres';
import { makeTenant } from '../integration/control-api.ts';
import { type Random, seededRandom } from '../random.ts';
import { type Part, Stack } from '../stack.ts';
import { breaches, type Found, type Write } from './history.ts';

const WRITERS = 4;
const READERS = 2;
const PARTS: readonly Part[] = ['postgres', 'redis', 'api'];
const CALL_MS = 15_000;
/** Each waits so long after each call: together they stay below what one person may ask in a minute. */
const PACE_MS = 300;
const TOLD_TO_WAIT_MS = 1_000;

export interface ChaosReport {
  readonly seconds: number;
  readonly kills: Readonly<Record<Part, number>>;
  readonly acknowledged: number;
  readonly repeats: number;
  readonly reads: number;
  /** The longest time from a kill's repair to the next acknowledged write, milliseconds. */
  readonly recoveryMs: number;
  readonly breaches: readonly string[];
}

interface Scene {
  readonly stack: Stack;
  readonly org: string;
  readonly cluster: string;
  /** Renewed by whoever finds it expired. */
  readonly tokens: { owner: string; platform: string };
  readonly signIn: () => Promise<void>;
  readonly until: number;
  repeats: number;
  reads: number;
  acknowledgedAt: number;
  lastRefusal: string;
}

/** @throws when a part does not come back */
export async function controlChaos(seconds: number, seed: number): Promise<ChaosReport> {
  await using stack = await Stack.start('node');
  const api = stack.client();
  try {
    const tokens = { owner: '', platform: (await api.signIn()).accessToken as string };
    const made = await api.call('POST', '/v1/platform/clusters', { name: 'chaos' }, tokens.platform);
    const tenant = await makeTenant(api, tokens.platform, made.body.id, 'chaos');
    tokens.owner = tenant.owner.token;
    const signIn = async () => {
      tokens.platform = (await api.signIn()).accessToken;
      tokens.owner = (await api.signIn(tenant.owner.email, 'a long enough password')).accessToken;
    };
    const until = performance.now() + seconds * 1000;
    const scene: Scene = {
      stack,
      org: tenant.org,
      cluster: made.body.id,
      tokens,
      signIn,
      until,
      repeats: 0,
      reads: 0,
      acknowledgedAt: 0,
      lastRefusal: '',
    };
    const writes: Write[] = [];
    const random = seededRandom(seed);
    const [{ kills, recoveryMs }] = await Promise.all([
      killAtRandom(scene, random),
      ...Array.from({ length: WRITERS }, (_, n) => write(scene, n, writes)),
      ...Array.from({ length: READERS }, () => read(scene)),
    ]);
    const found = await look(stack);
    return {
      seconds,
      kills,
      acknowledged: writes.filter(({ id }) => id !== undefined).length,
      repeats: scene.repeats,
      reads: scene.reads,
      recoveryMs,
      breaches: breaches(writes, found),
    };
  } finally {
    await api[Symbol.asyncDispose]();
  }
}

async function killAtRandom(scene: Scene, random: Random) {
  const kills = { postgres: 0, redis: 0, api: 0 };
  let recoveryMs = 0;
  while (performance.now() < scene.until - 5_000) {
    await sleep(500 + random.integer(2_500));
    const part = random.pick(PARTS);
    kills[part] += 1;
    await scene.stack.kill(part);
    await sleep(random.integer(1_000));
    await scene.stack.revive(part);
    const repaired = performance.now();
    while (scene.acknowledgedAt < repaired) {
      await sleep(10);
      if (performance.now() - repaired > 60_000)
        throw new Error(
          `no write was acknowledged after ${part} came back: ${scene.stack.apiExit ?? scene.lastRefusal}`,
        );
    }
    recoveryMs = Math.max(recoveryMs, scene.acknowledgedAt - repaired);
  }
  return { kills, recoveryMs };
}

/** Two kinds of write in turn: one that a unique name protects as well, and one that nothing but its key does. */
async function write(scene: Scene, writer: number, writes: Write[]): Promise<void> {
  for (let n = 0; performance.now() < scene.until; n += 1) {
    const name = `chaos-${writer}-${n}`;
    const entry: Write = { name };
    writes.push(entry);
    const id =
      n % 2 === 0
        ? await repeat(scene, 'owner', resourceOf(scene, name))
        : await repeat(scene, 'platform', tokenOf(scene, name));
    entry.id = id;
    scene.acknowledgedAt = performance.now();
    await sleep(PACE_MS);
  }
}

interface Call {
  readonly path: string;
  readonly body: object;
  readonly key: string;
}
const resourceOf = ({ org }: Scene, name: string): Call => ({
  path: `/v1/orgs/${org}/resources`,
  body: { name, egressPool: 'pool', target: { protocol: 'tcp', host: '10.0.0.1', port: 1 } },
  key: `key-${name}`,
});
const tokenOf = ({ cluster }: Scene, name: string): Call => ({
  path: `/v1/platform/clusters/${cluster}/bootstrap-tokens`,
  body: { roles: ['relay'], egressPools: [name], approval: 'automatic' },
  key: `key-${name}`,
});

/** @returns the id it was acknowledged with */
async function repeat(scene: Scene, who: keyof Scene['tokens'], { path, body, key }: Call): Promise<string> {
  for (let attempt = 0; ; attempt += 1) {
    if (attempt > 0) {
      scene.repeats += 1;
      await sleep(Math.min(50 * attempt, 500));
    }
    const answer = await fetch(`${scene.stack.origin}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${scene.tokens[who]}`,
        'idempotency-key': key,
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(CALL_MS),
    })
      .then(
        async (response) => ({ status: response.status, text: await response.text() }),
        () => undefined,
      )
      .catch(() => undefined);
    scene.lastRefusal = answer?.text ?? 'no answer';
    if (answer?.status === 201) return (JSON.parse(answer.text) as { id: string }).id;
    if (answer?.status === 401) await scene.signIn().catch(() => {});
    else if (answer?.status === 429) await sleep(TOLD_TO_WAIT_MS);
    else if (answer && answer.status < 500)
      throw new Error(`${path} answered ${answer.status}: ${answer.text}`);
    if (attempt > 300) throw new Error(`${path} was never acknowledged: ${answer?.text}`);
  }
}

async function read(scene: Scene): Promise<void> {
  while (performance.now() < scene.until) {
    const ok = await fetch(`${scene.stack.origin}/v1/orgs/${scene.org}/resources`, {
      headers: { authorization: `Bearer ${scene.tokens.owner}` },
      signal: AbortSignal.timeout(CALL_MS),
    })
      .then(
        (response) => response.arrayBuffer().then(() => response.ok),
        () => false,
      )
      .catch(() => false);
    if (ok) scene.reads += 1;
    await sleep(PACE_MS);
  }
}

/** Asked of the database itself, past the API. */
async function look({ database }: Stack): Promise<Found[]> {
  const owner = postgres(database.ownerUrl, { max: 1 });
  try {
    return await owner<Found[]>`
      with made as (
        select name, id from resources where name like 'chaos-%'
        union all select egress_pools[1], id from bootstrap_tokens where egress_pools[1] like 'chaos-%')
      select made.name, made.id::text, (select count(*)::int from audit where subject = made.id::text) as audited from made`;
  } finally {
    await owner.end();
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({
    options: { seconds: { type: 'string', default: '300' }, seed: { type: 'string', default: '1' } },
  });
  const report = await controlChaos(Number(values.seconds), Number(values.seed));
  process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  process.exitCode = report.breaches.length === 0 ? 0 : 1;
}
