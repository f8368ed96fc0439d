/** Every key service keeps the same promises; then what is Transit's own, against its double, and what the envelope makes of a service that is away. */
import { describe, expect, test } from 'vitest';
import { readEnv } from '../../edge/env.ts';
import { chosenOf } from '../../edge/keys/configured.ts';
import { dataKeySealer, envelopeSealer, newDataKey, rewrapSealed } from '../../edge/keys/envelope.ts';
import { AWAY_MS, FRESH_MS, HELD_MS } from '../../edge/keys/key-ring.ts';
import type { KeyService } from '../../edge/keys/key-service.ts';
import { localKeyService } from '../../edge/keys/local-service.ts';
import { type TransitOptions, transitKeyService } from '../../edge/keys/transit-service.ts';
import { TransitDouble } from '../transit-double.ts';

const KEY = 'A'.repeat(43);
const OTHER = 'B'.repeat(43);
const bytes = (text: string) => new TextEncoder().encode(text);
const raw = () => crypto.getRandomValues(new Uint8Array(32));

function transitOf(double: TransitDouble, more: Partial<TransitOptions> = {}): KeyService {
  return transitKeyService({
    url: double.url,
    mount: 'transit',
    key: 'fabric',
    credentials: { roleId: double.roleId, secretId: double.secretId, mount: 'approle' },
    fetch: (...request) => fetch(...request),
    random: () => 0,
    wait: async () => {},
    now: Date.now,
    ...more,
  });
}

async function transit() {
  const double = await TransitDouble.start();
  double.createKey('fabric');
  return {
    double,
    service: transitOf(double),
    newer: async () => {
      double.rotate('fabric');
      return transitOf(double);
    },
  };
}

const BACKENDS = {
  local: async () => ({
    double: undefined,
    service: await localKeyService([KEY]),
    newer: () => localKeyService([OTHER, KEY]),
  }),
  transit,
};

describe.each(Object.entries(BACKENDS))('the key service %s', (_, start) => {
  test('opens what it wrapped, in its context only, and says so when it was changed', async () => {
    const { double, service } = await start();
    await using _double = double;
    const key = raw();
    const wrapped = await service.wrap(key, 'org-a');
    expect(wrapped).not.toMatch(/\s/);
    expect(await service.unwrap(wrapped, 'org-a')).toEqual(key);
    await expect(service.unwrap(wrapped, 'org-b')).rejects.toMatchObject({ kind: 'refused' });
    const changed = wrapped.slice(0, -8) + (wrapped.at(-8) === 'A' ? 'B' : 'A') + wrapped.slice(-7);
    await expect(service.unwrap(changed, 'org-a')).rejects.toMatchObject({ kind: 'refused' });
  });

  test('wraps with its newest version, opens older ones, and moves them on', async () => {
    const { double, service, newer } = await start();
    await using _double = double;
    const key = raw();
    const old = await service.wrap(key, 'org-a');
    const next = await newer();
    const { version, opens } = await next.describe();
    expect(opens).toContain(next.versionOf(old));
    expect(next.versionOf(old)).not.toBe(version);
    expect(await next.unwrap(old, 'org-a')).toEqual(key);
    const moved = await next.rewrap(old, 'org-a');
    expect(next.versionOf(moved)).toBe(version);
    expect(await next.unwrap(moved, 'org-a')).toEqual(key);
    await expect(next.rewrap(old, 'org-b')).rejects.toMatchObject({ kind: 'refused' });
  });
});

test('a master key that is not configured any more opens nothing', async () => {
  const wrapped = await (await localKeyService([KEY])).wrap(raw(), 'x');
  await expect((await localKeyService([OTHER])).unwrap(wrapped, 'x')).rejects.toMatchObject({
    kind: 'refused',
  });
});

test('a version that Transit retired opens nothing', async () => {
  await using double = await TransitDouble.start();
  double.createKey('fabric');
  const service = transitOf(double);
  const wrapped = await service.wrap(raw(), 'x');
  double.rotate('fabric');
  double.retireBefore('fabric', 2);
  await expect(service.unwrap(wrapped, 'x')).rejects.toThrow('too old');
});

test('a Transit key that does not bind to a context is refused before it is used', async () => {
  await using double = await TransitDouble.start();
  double.createKey('fabric', false);
  await expect(transitOf(double).describe()).rejects.toThrow('derived=true');
});

test('a login that was revoked is made anew; a token that was given and is revoked is told', async () => {
  await using double = await TransitDouble.start();
  double.createKey('fabric');
  const [byRole, byToken] = [
    transitOf(double),
    transitOf(double, { credentials: { token: double.newToken() } }),
  ];
  const wrapped = await byRole.wrap(raw(), 'x');
  await byToken.unwrap(wrapped, 'x');
  double.revokeTokens();
  await byRole.unwrap(wrapped, 'x');
  await expect(byToken.unwrap(wrapped, 'x')).rejects.toThrow('permission denied');
});

test('a login is renewed at half of its life, and made anew when it ended', async () => {
  await using double = await TransitDouble.start();
  double.createKey('fabric');
  let now = 0;
  const service = transitOf(double, { now: () => now });
  const asked = async (at: number) => {
    now = at * 1000;
    double.calls.length = 0;
    await service.describe();
    return double.calls.map((call) => call.split('/').at(-1));
  };
  expect(await asked(0)).toEqual(['login', 'fabric']);
  expect(await asked(1700)).toEqual(['fabric']);
  expect(await asked(1900)).toEqual(['renew-self', 'fabric']);
  expect(await asked(10_000)).toEqual(['login', 'fabric']);
});

test('what passes is tried three times, what does not once; neither tells the token', async () => {
  await using double = await TransitDouble.start();
  double.createKey('fabric');
  const token = double.newToken();
  const service = transitOf(double, { credentials: { token } });
  await service.describe();
  const asked = async () => {
    double.calls.length = 0;
    const error: unknown = await service.describe().catch((caught: unknown) => caught);
    expect(String(error)).not.toContain(token);
    return { error, calls: double.calls.length };
  };
  double.seal();
  expect(await asked()).toMatchObject({ calls: 3, error: { kind: 'away', code: 'unavailable' } });
  double.failure = { status: 400, body: { errors: ['no'] } };
  expect(await asked()).toMatchObject({ calls: 1, error: { kind: 'refused' } });
});

test('while the service is away held keys open and seal for a quarter of an hour, and then nothing does', async () => {
  await using double = await TransitDouble.start();
  double.createKey('fabric');
  let now = 1_000_000;
  const master = envelopeSealer(transitOf(double), () => now);
  const orgKey = await newDataKey(master, 'org-a');
  const sealed = await master.seal(bytes('secret'), 'here');
  double.seal();
  const began = now;
  for (now = began + FRESH_MS + 1; now < began + HELD_MS; now += AWAY_MS * 60) {
    expect(new TextDecoder().decode(await master.open(sealed, 'here'))).toBe('secret');
    await dataKeySealer(master, 'org-a', orgKey);
    await master.open(await master.seal(bytes('more'), 'there'), 'there');
  }
  now = began + HELD_MS + 1;
  for (const ask of [
    () => master.open(sealed, 'here'),
    () => master.seal(bytes('x'), 'y'),
    () => dataKeySealer(master, 'org-a', orgKey),
  ])
    await expect(ask()).rejects.toMatchObject({ code: 'unavailable' });
  double.failure = undefined;
  now += AWAY_MS + 1;
  expect(new TextDecoder().decode(await master.open(sealed, 'here'))).toBe('secret');
});

test('a service that answers no ends what is held', async () => {
  await using double = await TransitDouble.start();
  double.createKey('fabric');
  let now = 1_000_000;
  const master = envelopeSealer(transitOf(double), () => now);
  const orgKey = await newDataKey(master, 'org-a');
  double.rotate('fabric');
  double.retireBefore('fabric', 2);
  await dataKeySealer(master, 'org-a', orgKey);
  now += FRESH_MS + 1;
  await expect(dataKeySealer(master, 'org-a', orgKey)).rejects.toMatchObject({ kind: 'refused' });
  double.seal();
  await expect(dataKeySealer(master, 'org-a', orgKey)).rejects.toMatchObject({ code: 'unavailable' });
});

test('from local to Transit: what was sealed before opens, and moves on once, also from before the envelope', async () => {
  await using double = await TransitDouble.start();
  double.createKey('fabric');
  const local = await localKeyService([KEY]);
  const before = envelopeSealer(local);
  const sealed = await before.seal(bytes('secret'), 'here');
  const ancient = `v1.${(await local.wrap(bytes('older'), 'there')).split('.').slice(2).join('.')}`;
  const master = envelopeSealer(chosenOf(transitOf(double), local));
  const { version } = await transitOf(double).describe();
  for (const [text, place, plain] of [
    [sealed, 'here', 'secret'],
    [ancient, 'there', 'older'],
  ] as const) {
    expect(new TextDecoder().decode(await master.open(text, place))).toBe(plain);
    const moved = (await rewrapSealed(master, text, place, version)) ?? '';
    const alone = envelopeSealer(transitOf(double));
    expect(new TextDecoder().decode(await alone.open(moved, place))).toBe(plain);
    expect(await rewrapSealed(master, moved, place, version)).toBeUndefined();
  }
});

test('two keys of an organization: the newest seals, both open, and a text that was moved opens with neither', async () => {
  const master = envelopeSealer(await localKeyService([KEY]));
  const [old, next] = [await newDataKey(master, 'org-a'), await newDataKey(master, 'org-a')];
  const both = await dataKeySealer(master, 'org-a', `${next} ${old}`);
  const sealed = await (await dataKeySealer(master, 'org-a', old)).seal(bytes('before'), 'here');
  expect(new TextDecoder().decode(await both.open(sealed, 'here'))).toBe('before');
  await expect(both.open(sealed, 'there')).rejects.toThrow();
  const after = await both.seal(bytes('after'), 'here');
  await (await dataKeySealer(master, 'org-a', next)).open(after, 'here');
});

test.each([
  [{ FABRIC_MASTER_KEY: undefined }, 'FABRIC_MASTER_KEY'],
  [{ FABRIC_KEY_SERVICE: 'transit' }, 'FABRIC_TRANSIT_URL'],
  [{ FABRIC_TRANSIT_URL: 'http://bao.example.com' }, 'must be https'],
  [{ FABRIC_TRANSIT_URL: 'https://bao.example.com' }, 'FABRIC_TRANSIT_TOKEN'],
  [
    { FABRIC_TRANSIT_URL: 'https://bao.example.com', FABRIC_TRANSIT_ROLE_ID: 'x' },
    'FABRIC_TRANSIT_SECRET_ID',
  ],
  [{ FABRIC_OLDER_MASTER_KEYS: `${KEY},short` }, 'FABRIC_OLDER_MASTER_KEYS'],
])('the configuration %j is refused and says what to set', (wrong, named) => {
  const right = {
    DATABASE_URL: 'postgres://x@127.0.0.1/x',
    UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:9',
    UPSTASH_REDIS_REST_TOKEN: 'x',
    FABRIC_MASTER_KEY: KEY,
    FABRIC_PUBLIC_URL: 'http://localhost:7443',
  };
  expect(readEnv(right).FABRIC_KEY_SERVICE).toBe('local');
  expect(() => readEnv({ ...right, ...wrong })).toThrow(named);
});
