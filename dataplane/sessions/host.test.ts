/** A service node alone, its clients over a pair in memory: who gets in, and what becomes of a session. */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JSONWebKeySet } from 'jose';
import { beforeEach, expect, test } from 'vitest';
import type { z } from 'zod';
import { AttachmentId, ClusterId, NodeId, OrgId, ResourceId, SessionId, UserId } from '../../schema/ids.ts';
import type { RefusalCode } from '../../schema/refusal.ts';
import {
  type DataPlaneClaims,
  dataPlaneVerifier,
  issueDataPlaneToken,
} from '../../schema/tokens/data-plane.ts';
import { proveToken, publicClientKey } from '../../schema/tokens/proof.ts';
import { AttachAnswer, ChannelAnswer } from '../../schema/wire/attach.ts';
import { encodeMessage } from '../../schema/wire/message.ts';
import type { Adapters, RemoteSession } from '../adapters/adapter.ts';
import { messageHead, takeHead } from '../transport/head.ts';
import { memoryPair } from '../transport/memory.ts';
import type { ByteStream } from '../transport/transport.ts';
import type { SessionReport } from './control.ts';
import { SessionHost } from './host.ts';

const id = <T extends z.ZodType>(schema: T): z.output<T> => schema.parse(crypto.randomUUID());
const NOW = Date.UTC(2026, 5, 1);

interface World {
  readonly host: SessionHost;
  readonly claims: Omit<DataPlaneClaims, 'iss' | 'exp'>;
  readonly client: CryptoKeyPair;
  readonly signer: { key: CryptoKey; kid: string };
  readonly reports: SessionReport[];
  readonly remote: { lasting: boolean; closed: boolean; end: (why: string) => void };
  started: number;
  startFails: boolean;
  now: number;
  stream(): Promise<ByteStream>;
}

let world: World;
beforeEach(async () => {
  const client = await generateKeyPair('EdDSA');
  const pair = await generateKeyPair('EdDSA');
  const signer = { key: pair.privateKey, kid: 'k' };
  const keys: JSONWebKeySet = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'EdDSA' }] };
  const claims = {
    jti: crypto.randomUUID(),
    sub: id(UserId),
    org: id(OrgId),
    cluster: id(ClusterId),
    session: id(SessionId),
    generation: 1,
    attachment: id(AttachmentId),
    resource: id(ResourceId),
    protocol: 'tcp' as const,
    service: id(NodeId),
    entries: [id(NodeId)],
    channels: { stream: { send: true, receive: true } },
    cnf: { jkt: await calculateJwkThumbprint(await publicClientKey(client.publicKey)) },
  };
  const ended = Promise.withResolvers<string>();
  const remote = { lasting: false, closed: false, end: ended.resolve };
  const session: RemoteSession = {
    get lasting() {
      return remote.lasting;
    },
    ended: ended.promise,
    serve: async ({ accept }) => {
      accept().write(Uint8Array.of(7));
    },
    close: async () => {
      remote.closed = true;
    },
  };
  const adapters: Adapters = { ssh: { open: async () => session }, tcp: { open: async () => session } };
  const reports: SessionReport[] = [];
  const host = new SessionHost({
    node: claims.service,
    adapters,
    verify: dataPlaneVerifier(claims.cluster, keys),
    control: {
      startSession: async (sessionId) => {
        world.started += 1;
        if (world.startFails) throw new Error('down');
        const { org, resource } = claims;
        return {
          start: {
            session: sessionId,
            generation: 1,
            org,
            resource,
            target: { protocol: 'tcp', host: '127.0.0.1', port: 1 },
          },
        };
      },
      report: async (_, report) => void reports.push(report),
    },
    log: { debug: () => {}, info: () => {}, warn: () => {} },
    now: () => world.now,
  });
  const stream = async () => {
    const [near, far] = memoryPair();
    far.observe({ stream: (arrived) => host.serve(arrived, 1), datagrams: () => {}, closed: () => {} });
    return near.openStream(0);
  };
  world = { host, claims, client, signer, reports, remote, started: 0, startFails: false, now: NOW, stream };
});

async function attach(
  changes: Partial<DataPlaneClaims> = {},
  options: { client?: CryptoKeyPair; token?: string } = {},
) {
  const { claims, signer, client, now } = world;
  const fresh = { ...claims, jti: crypto.randomUUID(), ...changes };
  const token = options.token ?? (await issueDataPlaneToken(fresh, signer, now));
  const proof = await proveToken(token, options.client ?? client, now);
  const stream = await world.stream();
  stream.write(encodeMessage({ type: 'attach', version: 1, token, proof }));
  const answer = await takeHead(stream, messageHead(AttachAnswer), 5000);
  return { answer: answer.value, stream: answer.stream, token };
}

async function openChannel(channel: string, attachment = world.claims.attachment) {
  const stream = await world.stream();
  stream.write(encodeMessage({ type: 'channel', attachment, channel }));
  return (await takeHead(stream, messageHead(ChannelAnswer), 5000)).value;
}

const refused = (code: RefusalCode) => expect.objectContaining({ type: 'refused', code });

test('a genuine token gets in, is told the path, and may open what it names', async () => {
  expect((await attach()).answer).toMatchObject({
    type: 'attached',
    session: world.claims.session,
    relays: 1,
    resumed: false,
  });
  expect(await openChannel('stream')).toEqual({ type: 'opened' });
});

test('refuses a wrong, expired, replayed, other-node and other-cluster token', async () => {
  expect((await attach({}, { token: 'not.a.token' })).answer).toEqual(refused('token_invalid'));
  const { claims, signer } = world;
  const old = await issueDataPlaneToken({ ...claims, jti: 'old' }, signer, NOW - 120_000);
  expect((await attach({}, { token: old })).answer).toEqual(refused('token_expired'));
  expect((await attach({ service: id(NodeId) })).answer).toEqual(refused('token_wrong_node'));
  expect((await attach({ cluster: id(ClusterId) })).answer).toEqual(refused('token_wrong_cluster'));
  const { token } = await attach();
  expect((await attach({}, { token })).answer).toEqual(refused('token_replayed'));
});

test('refuses a stolen token: the thief does not hold its key', async () => {
  const thief = await generateKeyPair('EdDSA');
  expect((await attach({}, { client: thief })).answer).toEqual(refused('proof_invalid'));
  expect(world.started).toBe(0);
});

test('refuses a token for another resource, organization or generation than the session has', async () => {
  await attach();
  world.remote.lasting = true;
  const next = () => ({ attachment: id(AttachmentId) });
  expect((await attach({ ...next(), resource: id(ResourceId) })).answer).toEqual(
    refused('token_wrong_resource'),
  );
  expect((await attach({ ...next(), org: id(OrgId) })).answer).toEqual(refused('token_wrong_org'));
  expect((await attach({ ...next(), generation: 2 })).answer).toEqual(refused('stale_generation'));
});

test('what the control plane says is opened, not what the token says', async () => {
  expect((await attach({ resource: id(ResourceId) })).answer).toEqual(refused('token_wrong_resource'));
  expect((await attach({ org: id(OrgId) })).answer).toEqual(refused('token_wrong_org'));
});

test('refuses a channel that the token does not allow, and one without an attachment', async () => {
  expect(await openChannel('stream')).toEqual(refused('attachment_unknown'));
  await attach();
  expect(await openChannel('terminal')).toEqual(refused('channel_not_allowed'));
  expect(await openChannel('stream', id(AttachmentId))).toEqual(refused('attachment_unknown'));
});

test('a session that must last is detached and found again; one that need not ends with its last client', async () => {
  world.remote.lasting = true;
  const first = await attach();
  first.stream.reset(1);
  await expect.poll(() => world.host.held()[0]?.state).toBe('detached');
  expect((await attach({ attachment: id(AttachmentId) })).answer).toMatchObject({ resumed: true });
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
  const many = await Promise.all([1, 2, 3].map(() => attach({ attachment: id(AttachmentId) })));
  expect(many.map(({ answer }) => answer.type)).toEqual(['attached', 'attached', 'attached']);
  expect(world.started).toBe(1);
});

test('a start that fails is told, and the next try starts anew', async () => {
  world.startFails = true;
  expect((await attach()).answer).toEqual(refused('internal'));
  world.startFails = false;
  expect((await attach()).answer).toMatchObject({ type: 'attached' });
});

test('when the remote side ends, its clients hear why', async () => {
  const { stream } = await attach();
  world.remote.end('the shell ended');
  const { value } = await takeHead(
    stream,
    messageHead((await import('../../schema/wire/control.ts')).ControlEvent),
    5000,
  );
  expect(value).toEqual({ type: 'ended', reason: 'the shell ended' });
});
