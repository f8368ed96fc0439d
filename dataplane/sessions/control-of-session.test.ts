/** Who controls, shares and watches a session, on a service node alone: takeover, what an observer may not, time limits. */
import { beforeEach, expect, test } from 'vitest';
import { AttachmentId, UserId } from '../../schema/ids.ts';
import { NO_SESSION_POLICY, type SessionPolicy } from '../../schema/session-policy.ts';
import type { DataPlaneClaims } from '../../schema/tokens/data-plane.ts';
import type { People } from '../../schema/wire/control.ts';
import { attach as attachTo } from '../client/attach.ts';
import type { Attachment } from '../client/attachment.ts';
import { id, readAll, World } from './test-world.ts';

const ALL = { send: true, receive: true };
let world: World;
beforeEach(async () => {
  world = await World.make({ terminal: ALL, input: ALL, clipboard: ALL, file_transfer: ALL, stream: ALL });
  world.target = { protocol: 'ssh', host: '127.0.0.1', port: 22, username: 'u', hostKeys: [] };
  world.remote.lasting = true;
});

async function attach(changes: Partial<DataPlaneClaims> = {}): Promise<Attachment> {
  const ticket = await world.ticket({ attachment: id(AttachmentId), ...changes });
  return attachTo(ticket, world.client, world.options);
}
function policy(given: Partial<SessionPolicy>): void {
  world.policy = { ...NO_SESSION_POLICY, ...given };
}
const refused = (code: string) => expect.objectContaining({ code });
const changes = () => world.changes.map(({ control }) => control?.change);

test('a second one takes over: the first is told by whom and is out, and each change is reported with a number that grows', async () => {
  const first = await attach();
  const heard: string[] = [];
  first.watchSession({ deposed: (by) => heard.push(by) });
  const second = await attach({ name: 'Bob' });
  expect(await first.closed).toMatchObject({ ended: false });
  expect(heard).toEqual(['Bob']);
  expect(await second.ping()).toBeGreaterThanOrEqual(0);
  await expect.poll(changes).toEqual(['control', 'left', 'control']);
  expect(world.changes.map(({ control }) => control?.number)).toEqual([1, 2, 3]);
  expect(world.remote.closed).toBe(false);
});

test('where the policy says never, whoever has control keeps it', async () => {
  policy({ takeover: 'never' });
  const first = await attach();
  await expect(attach()).rejects.toEqual(refused('takeover_refused'));
  expect(await first.ping()).toBeGreaterThanOrEqual(0);
  await expect.poll(changes).toEqual(['control', 'refused']);
});

test.each([
  [true, 'taken'],
  [false, 'kept'],
])('where the policy says ask, whoever has control says %s and it is %s', async (allow) => {
  policy({ takeover: 'ask' });
  const first = await attach();
  const names: string[] = [];
  first.watchSession({
    asked: ({ attachment, name }) => {
      names.push(name);
      first.answer(attachment, allow);
    },
  });
  const second = attach({ name: 'Bob' });
  if (allow) expect((await second).resumed).toBe(true);
  else await expect(second).rejects.toEqual(refused('takeover_refused'));
  expect(names).toEqual(['Bob']);
});

test('nobody but the one in control answers; when they leave without an answer the policy does', async () => {
  policy({ takeover: 'ask', unanswered: 'allow' });
  const first = await attach();
  const watching = await attach({ role: 'observer' });
  let asked = false;
  first.watchSession({
    asked: ({ attachment }) => {
      asked = true;
      watching.answer(attachment, false);
      void watching.ping().then(() => first.detach());
    },
  });
  const second = await attach({ name: 'Bob' });
  expect(asked).toBe(true);
  expect(second.resumed).toBe(true);
});

test('an observer sees output and sends nothing, whatever its token grants', async () => {
  const first = await attach();
  let heard = 0;
  world.serve = async ({ accept, role }) => {
    const stream = accept();
    stream.observe({
      readable: () => {
        heard += stream.read()?.length ?? 0;
      },
      writable: () => {},
      reset: () => {},
      stopped: () => {},
      closed: () => {},
    });
    if (role === 'observer') stream.write(Uint8Array.of(0, 0, 0, 0, 1, 7));
  };
  const watching = await attach({ role: 'observer' });
  const seen: number[] = [];
  const ignore = () => {};
  const observer = { stderr: ignore, screen: ignore, exit: ignore, writable: ignore, lost: ignore };
  const terminal = await watching.openTerminal(
    { mode: 'shell', term: 'xterm', size: { cols: 80, rows: 24 } },
    { ...observer, data: (bytes) => seen.push(...bytes) },
  );
  await expect.poll(() => seen).toEqual([7]);
  terminal.write(Uint8Array.of(1, 2, 3));
  await expect.poll(() => terminal.write(Uint8Array.of(4))).toBe(false);
  expect(heard).toBe(0);
  await expect(watching.openStream()).rejects.toEqual(refused('channel_not_allowed'));
  await watching.terminate();
  expect(world.host.held()[0]?.state).toBe('active');
  expect(await first.ping()).toBeGreaterThanOrEqual(0);
});

test('nobody watches who may not, and nobody begins a session by watching it', async () => {
  await expect(attach({ role: 'observer' })).rejects.toEqual(refused('conflict'));
  expect(world.started).toBe(0);
  policy({ observe: 'own', share: 'never' });
  await attach();
  await expect(attach({ role: 'observer', sub: id(UserId) })).rejects.toEqual(refused('watching_refused'));
  await expect(attach({ role: 'shared' })).rejects.toEqual(refused('watching_refused'));
});

test('everybody sees who is there and as what', async () => {
  const first = await attach();
  let people: People | undefined;
  first.watchSession({ people: (now) => (people = now) });
  const watching = await attach({ role: 'observer', name: 'Bob' });
  const roles = () => people?.people.map(({ name, role }) => `${name} ${role}`);
  await expect.poll(roles).toEqual(['Ada controller', 'Bob observer']);
  expect(people?.recorded).toBe(false);
  await watching.detach();
  await expect.poll(roles).toEqual(['Ada controller']);
});

test('ends when its time is over, said before, and typing moves only the idle end', async () => {
  let clock = world.now;
  const startedAt = performance.now();
  Object.defineProperty(world, 'now', {
    get: () => clock + performance.now() - startedAt,
    set: (at) => (clock = at),
  });
  policy({ idleSeconds: 0.5, maxSeconds: 1.5 });
  const attachment = await attach();
  const warned: string[] = [];
  attachment.watchSession({ warning: (limit) => warned.push(limit) });
  const stream = await attachment.openStream();
  const typing = setInterval(() => stream.write(Uint8Array.of(1)), 50);
  void readAll(stream).catch(() => {});
  const { reason, ended } = await attachment.closed;
  clearInterval(typing);
  expect({ reason, ended }).toEqual({ reason: 'it lasted as long as the policy allows', ended: true });
  expect(warned).toEqual(['max']);
  await expect.poll(() => world.reports.at(-1)).toMatchObject({ state: 'terminated', reason });
});

test('ends when nobody types', async () => {
  const startedAt = performance.now();
  const begin = world.now;
  Object.defineProperty(world, 'now', { get: () => begin + performance.now() - startedAt });
  policy({ idleSeconds: 0.3 });
  expect(await (await attach()).closed).toEqual({
    reason: 'nobody typed for as long as the policy allows',
    ended: true,
  });
});
