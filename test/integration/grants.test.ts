/** What grants open, and what ends when they are taken back: against a real PostgreSQL. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lostReachJob } from '../../edge/jobs/lost-reach.ts';
import { runDueJobs } from '../../edge/jobs/run.ts';
import { clientKey } from './control-api.ts';
import { Calls, PASSWORD } from './tenancy-calls.ts';
import { makeWorld, type World } from './tenancy-world.ts';

const DAY_MS = 86_400_000;
let world: World;
let call: Calls['call'];
let newMember: Calls['newMember'];
let open: Calls['open'];
let liveSessions: Calls['liveSessions'];
let grant: Calls['grant'];
let reachable: Calls['reachable'];
let owner: string;
let admin: string;

beforeAll(async () => {
  world = await makeWorld(['organization_admin']);
  ({ call, newMember, open, liveSessions, grant, reachable, owner, admin } = new Calls(world));
});
afterAll(() => world[Symbol.asyncDispose]());

describe('grants', () => {
  const pool = { egressPool: 'pool', target: { protocol: 'tcp', host: '10.0.0.1', port: 80 } };
  const make = async (name: string, labels: object) =>
    (await call('POST', '/resources', owner, { name, labels, ...pool })).body.id as string;
  const inventory = async (name: string) =>
    (await call('GET', '/inventory', owner)).body.resources.find(
      (one: { name: string }) => one.name === name,
    );

  test('by labels they cover what has the labels, now and later', async () => {
    const { id: user, token } = await newMember('organization_user');
    await make('db-one', { kind: 'db', env: 'test' });
    await grant({ type: 'user', user }, { matchLabels: { kind: 'db', env: 'test' } });
    expect(await reachable(token)).toContain('db-one');
    const live = await make('db-live', { kind: 'db', env: 'live' });
    expect(await reachable(token)).not.toContain('db-live');
    await call('PATCH', `/resources/${live}`, owner, { labels: { kind: 'db', env: 'test' } });
    expect(await reachable(token)).toContain('db-live');
    const { session } = (await open(token, live)).body;
    await call('PATCH', `/resources/${live}`, owner, { labels: {} });
    expect(await reachable(token)).not.toContain('db-live');
    expect(await liveSessions(token)).not.toContain(session);
    expect((await open(token, live)).status).toBe(404);
  });

  test('to a group reach its people; revoked, they end their sessions, but not those another grant allows', async () => {
    const { id: user, token } = await newMember('organization_user');
    const resource = await make('shared', {});
    const group = (await call('POST', '/groups', owner, { name: 'team' })).body.id;
    await call('PUT', `/groups/${group}/members/${user}`, owner);
    const first = await grant({ type: 'group', group }, { resource });
    const second = await grant({ type: 'user', user }, { resource });
    const { session } = (await open(token, resource)).body;
    expect((await call('DELETE', `/grants/${first}`, admin)).status).toBe(204);
    expect(await liveSessions(token)).toContain(session);
    expect((await call('DELETE', `/grants/${second}`, admin)).status).toBe(204);
    expect(await liveSessions(token)).not.toContain(session);
    expect((await call('DELETE', `/grants/${second}`, admin)).status).toBe(404);
    const again = await call('POST', `/sessions/${session}/attachments`, token, { key: await clientKey() });
    expect(again.body.code).toBe('session_ended');
  });

  test('a session that keeps only part of what it was opened with is ended too', async () => {
    const { id: user, token } = await newMember('organization_user');
    const resource = await make('narrowed', {});
    const all = await grant({ type: 'user', user }, { resource });
    const control = { send: true, receive: true };
    await grant(
      { type: 'user', user },
      { resource },
      { channels: { control, stream: { send: false, receive: true } } },
    );
    const { session } = (await open(token, resource)).body;
    await call('DELETE', `/grants/${all}`, owner);
    expect(await liveSessions(token)).not.toContain(session);
    const [seen] = (await call('GET', '/resources', token)).body.resources.filter(
      ({ id }: { id: string }) => id === resource,
    );
    expect(seen.channels).toEqual({ control, stream: { send: false, receive: true } });
  });

  test('end when they expire, and hold only within their window', async () => {
    const { id: user, token, email } = await newMember('organization_user');
    const resource = await make('for-a-day', {});
    const other = await make('at-hours', {});
    const expiresAt = new Date(world.api.now + 60_000).toISOString();
    await grant({ type: 'user', user }, { resource }, { expiresAt });
    const today = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][new Date(world.api.now).getUTCDay()];
    const hours = { days: [today], from: '00:00', to: '00:00', timeZone: 'UTC' };
    await grant({ type: 'user', user }, { resource: other }, { window: hours });
    expect(await reachable(token)).toEqual(expect.arrayContaining(['for-a-day', 'at-hours']));
    world.api.now += 61_000;
    expect(await reachable(token)).not.toContain('for-a-day');
    world.api.now += DAY_MS;
    const later = (await world.api.signIn(email, PASSWORD)).accessToken;
    expect(await reachable(later)).not.toContain('at-hours');
    world.api.now -= DAY_MS + 61_000;
    const past = { to: { type: 'user', user }, on: { resource }, expiresAt: '2020-01-01T00:00:00Z' };
    expect((await call('POST', '/grants', owner, past)).status).toBe(400);
  });

  test('end by the clock with what they opened, within a minute; also when nobody looked for long', async () => {
    const { id: user, token } = await newMember('organization_user');
    const start = world.api.now;
    const MINUTE_MS = 60_000;
    const later = (minutes: number) => new Date(start + minutes * MINUTE_MS);
    const clock = (minutes: number) => later(minutes).toISOString().slice(11, 16);
    const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
    const until = (minutes: number) => ({
      window: { days, from: clock(-60), to: clock(minutes), timeZone: 'UTC' },
    });
    const expiring = { expiresAt: later(1).toISOString() };
    const openedBy = async (name: string, ...terms: object[]) => {
      const resource = await make(name, {});
      for (const term of terms) await grant({ type: 'user', user }, { resource }, term);
      return (await open(token, resource)).body.session as string;
    };
    const expires = await openedBy('expires', expiring);
    const closes = await openedBy('closes', until(4));
    const closesLate = await openedBy('closes-late', until(20));
    const stays = await openedBy('stays', expiring, {});
    const all = [expires, closes, closesLate, stays];
    const leftAt = async (minutes: number) => {
      world.api.now = start + minutes * MINUTE_MS;
      expect(await runDueJobs(world.api.services, [lostReachJob])).toEqual(['lost-reach']);
      world.api.now = start;
      const live = await liveSessions(token);
      return all.filter((session) => live.includes(session));
    };
    expect(await leftAt(0)).toEqual(all);
    expect(await leftAt(1.5)).toEqual([closes, closesLate, stays]);
    expect(await leftAt(4.5)).toEqual([closesLate, stays]);
    expect(await leftAt(30)).toEqual([stays]);
  });

  test('name channels that the resource has', async () => {
    const resource = await make('plain', {});
    const channels = { render: { send: true, receive: true } };
    const body = { to: { type: 'role', role: 'organization_user' }, on: { resource }, channels };
    expect((await call('POST', '/grants', owner, body)).body.detail).toContain('tcp has control, stream');
  });

  test('a resource with a stored credential is not pointed elsewhere without giving it again', async () => {
    const { resource } = world.a.ids;
    const { target } = await inventory('shell');
    const elsewhere = { ...target, host: '203.0.113.1' };
    expect((await call('PATCH', `/resources/${resource}`, admin, { target: elsewhere })).status).toBe(400);
    const tcp = { target: pool.target, credential: null };
    expect((await call('PATCH', `/resources/${resource}`, admin, tcp)).status).toBe(400);
    const anew = { target: elsewhere, credential: { type: 'password', password: 'x' } };
    expect((await call('PATCH', `/resources/${resource}`, admin, anew)).status).toBe(200);
    expect(JSON.stringify(await inventory('shell'))).not.toContain('password');
  });

  test('a resource that is removed takes its sessions with it', async () => {
    const { id: user, token } = await newMember('organization_user');
    const resource = await make('short-lived', {});
    await grant({ type: 'user', user }, { resource });
    const { session } = (await open(token, resource)).body;
    expect((await call('DELETE', `/resources/${resource}`, admin)).status).toBe(204);
    expect(await liveSessions(token)).not.toContain(session);
    const beat = { endpoints: [], sessions: [{ id: session, state: 'active', generation: 1 }] };
    const told = await call('POST', '/v1/node/heartbeat', await world.service.assertion(), beat);
    expect(told.body.end).toEqual([session]);
  });
});
