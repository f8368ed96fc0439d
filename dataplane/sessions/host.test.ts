/** A service node alone, its clients over a pair in memory: who gets in, and what becomes of a session. */
import { generateKeyPair } from 'jose';
import { beforeEach, expect, test } from 'vitest';
import { AttachmentId, NodeId, OrgId, ResourceId, SessionId } from '../../schema/ids.ts';
import type { DataPlaneClaims } from '../../schema/tokens/data-plane.ts';
import { JoinAnswer } from '../../schema/wire/channel.ts';
import { encodeMessage } from '../../schema/wire/message.ts';
import { attach as attachTo } from '../client/attach.ts';
import type { Attachment } from '../client/attachment.ts';
import { messageHead, takeHead } from '../transport/head.ts';
import { id, NOW, readAll, World } from './test-world.ts';

let world: World;
beforeEach(async () => {
  world = await World.make();
});

async function attach(changes: Partial<DataPlaneClaims> = {}, client = world.client): Promise<Attachment> {
  return attachTo(await world.ticket(changes), client, world.options);
}
const next = () => ({ attachment: id(AttachmentId) });
const refused = (code: string) => expect.objectContaining({ code });

test('a genuine token gets in, is told the path, and may open what it names', async () => {
  const attachment = await attach();
  expect(attachment).toMatchObject({ session: world.claims.session, relays: 1, resumed: false });
  const stream = await attachment.openStream();
  stream.write(Uint8Array.of(1, 2, 3));
  stream.end();
  expect([...(await readAll(stream))]).toEqual([1, 2, 3]);
  expect(await attachment.ping()).toBeGreaterThan(0);
});

test('refuses a wrong, expired, replayed, other-node and other-cluster token', async () => {
  const ticket = await world.ticket();
  const wrong = (token: string) => attachTo({ ...ticket, token }, world.client, world.options);
  await expect(wrong('not.a.token')).rejects.toEqual(refused('token_invalid'));
  await expect(wrong(ticket.resume)).rejects.toEqual(refused('token_invalid'));
  world.now -= 120_000;
  const old = await world.ticket();
  world.now = NOW;
  await expect(attachTo(old, world.client, world.options)).rejects.toEqual(refused('token_expired'));
  await expect(attach({ service: id(NodeId) })).rejects.toEqual(refused('token_wrong_node'));
  await attachTo(ticket, world.client, world.options);
  await expect(attachTo(ticket, world.client, world.options)).rejects.toEqual(refused('token_replayed'));
});

test('refuses a stolen token: the thief does not hold its key', async () => {
  await expect(attach({}, await generateKeyPair('EdDSA'))).rejects.toEqual(refused('proof_invalid'));
  expect(world.started).toBe(0);
});

test('refuses a token that names another sealing key than this node has', async () => {
  await expect(attach({ seal: 'A'.repeat(43) })).rejects.toEqual(refused('seal_broken'));
});

test('refuses a token for another resource, organization or generation than the session has', async () => {
  await attach();
  world.remote.lasting = true;
  await expect(attach({ ...next(), resource: id(ResourceId) })).rejects.toEqual(
    refused('token_wrong_resource'),
  );
  await expect(attach({ ...next(), org: id(OrgId) })).rejects.toEqual(refused('token_wrong_org'));
  await expect(attach({ ...next(), generation: 2 })).rejects.toEqual(refused('stale_generation'));
});

test('what the control plane says is opened, not what the token says', async () => {
  await expect(attach({ resource: id(ResourceId) })).rejects.toEqual(refused('token_wrong_resource'));
  await expect(attach({ org: id(OrgId) })).rejects.toEqual(refused('token_wrong_org'));
});

test('refuses a channel that the token does not allow, and one without an attachment', async () => {
  const open = async (channel: string, attachment: string) => {
    const stream = await world.stream();
    stream.write(encodeMessage({ type: 'channel', attachment, channel, number: 1, path: 0 }));
    return (await takeHead(stream, messageHead(JoinAnswer), 5000)).value;
  };
  const { attachment } = world.claims;
  expect(await open('stream', attachment)).toEqual(refused('attachment_unknown'));
  const attached = await attach();
  expect(await open('terminal', attachment)).toEqual(refused('channel_not_allowed'));
  expect(await open('stream', id(AttachmentId))).toEqual(refused('attachment_unknown'));
  const ignore = () => {};
  const observer = {
    data: ignore,
    stderr: ignore,
    screen: ignore,
    exit: ignore,
    writable: ignore,
    lost: ignore,
  };
  await expect(attached.openTerminal({ mode: 'exec', command: 'id' }, observer)).rejects.toEqual(
    refused('channel_not_allowed'),
  );
  await attached.openStream();
});

test('what may not be sent does not reach the adapter', async () => {
  world = await World.make({ stream: { send: false, receive: true } });
  let heard = 0;
  world.serve = async ({ accept }) => {
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
    stream.write(Uint8Array.of(7));
  };
  const stream = await (await attach()).openStream();
  stream.write(Uint8Array.of(1, 2, 3));
  expect([...(await readAll(stream, 1))]).toEqual([7]);
  await expect.poll(() => stream.write(Uint8Array.of(4))).toBe(false);
  expect(heard).toBe(0);
});

test('a session that must last is detached and found again; one that need not ends with its last client', async () => {
  world.remote.lasting = true;
  await (await attach()).detach();
  await expect.poll(() => world.host.held()[0]?.state).toBe('detached');
  expect((await attach(next())).resumed).toBe(true);
  expect(world.started).toBe(1);
  world.remote.lasting = false;
  world.host.end(world.claims.session, 'enough');
  await expect
    .poll(() => world.reports.map(({ state }) => state))
    .toEqual(['active', 'detached', 'active', 'terminated']);
  expect(world.remote.closed).toBe(true);
  expect(world.host.held()).toEqual([]);
});

test('clients that come at once start a session once', async () => {
  const many = await Promise.all([1, 2, 3].map(() => attach(next())));
  expect(many.length).toBe(3);
  expect(world.started).toBe(1);
});

test('a start that fails is told, and the next try starts anew', async () => {
  world.startFails = true;
  await expect(attach()).rejects.toEqual(refused('internal'));
  world.startFails = false;
  await attach();
});

test('when the remote side ends, its clients hear why', async () => {
  const attachment = await attach();
  world.remote.end('the shell ended');
  expect(await attachment.closed).toEqual({ reason: 'the shell ended', ended: true });
});

const NEWEST = { type: 'password', password: 'newest' } as const;
const BEFORE = { type: 'password', password: 'before' } as const;

test('opens with what was sealed to it; where the target does not know the newest, with the one before', async () => {
  world.credentials = [NEWEST, BEFORE];
  world.accepts = (credential) => credential?.type === 'password' && credential.password === 'before';
  await attach();
  expect(world.tried).toEqual([NEWEST, BEFORE]);
});

test('tries nothing more once the target let it in, and says no when it never does', async () => {
  world.credentials = [NEWEST, BEFORE];
  await attach();
  expect(world.tried).toEqual([NEWEST]);
  world = await World.make();
  world.credentials = [NEWEST, BEFORE];
  world.accepts = () => false;
  await expect(attach()).rejects.toEqual(refused('target_auth_failed'));
  expect(world.tried).toEqual([NEWEST, BEFORE]);
  expect(world.reports).toMatchObject([{ state: 'failed', reason: 'target_auth_failed' }]);
});

test('a credential that was sealed for another session is not tried', async () => {
  world.credentials = [NEWEST];
  world.sealedFor = id(SessionId);
  await expect(attach()).rejects.toEqual(refused('seal_broken'));
  expect(world.tried).toEqual([]);
  expect(world.reports).toMatchObject([{ state: 'failed', reason: 'seal_broken' }]);
});
