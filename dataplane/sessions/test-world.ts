/** For tests: a service node alone, and clients that reach it through an entry and a relay that are one test's own. */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JSONWebKeySet } from 'jose';
import type { z } from 'zod';
import type { PutPart } from '../../schema/api/recordings.ts';
import type { SessionTicket } from '../../schema/api/sessions.ts';
import type { ChannelGrants } from '../../schema/channel.ts';
import { AttachmentId, ClusterId, NodeId, OrgId, ResourceId, SessionId, UserId } from '../../schema/ids.ts';
import type { RecordingOrder } from '../../schema/recording.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { Credential, Target } from '../../schema/resource.ts';
import { NO_SESSION_POLICY, type SessionPolicy } from '../../schema/session-policy.ts';
import {
  type DataPlaneClaims,
  type DataPlaneVerifier,
  dataPlaneVerifier,
  issueDataPlaneToken,
} from '../../schema/tokens/data-plane.ts';
import { publicClientKey } from '../../schema/tokens/proof.ts';
import { sealCredentials } from '../../schema/tokens/session-credential.ts';
import type { Adapters, PendingChannel, RemoteSession, TerminalTap } from '../adapters/adapter.ts';
import { nodeAead } from '../channel/node-aead.ts';
import { type DhKeys, makeDhKeys } from '../channel/noise.ts';
import { honest, type Treat } from '../channel/test-path.ts';
import { memoryPair } from '../transport/memory.ts';
import { refuseStream } from '../transport/refuse.ts';
import type { ByteStream, Connection } from '../transport/transport.ts';
import type { SessionReport } from './control.ts';
import { SessionHost } from './host.ts';

export const id = <T extends z.ZodType>(schema: T): z.output<T> => schema.parse(crypto.randomUUID());
export const NOW = Date.UTC(2026, 5, 1);

/** Echoes each channel's bytes, and ends as its client ends. */
async function echo({ accept }: PendingChannel): Promise<void> {
  const stream = accept();
  const take = () => {
    while (stream.pending < 1 << 20) {
      const chunk = stream.read();
      if (!chunk) break;
      stream.write(chunk);
    }
    if (stream.readableEnded) stream.end();
  };
  await new Promise<void>((resolve) =>
    stream.observe({ readable: take, writable: take, reset: () => {}, stopped: () => {}, closed: resolve }),
  );
}

type Claims = Omit<DataPlaneClaims, 'iss' | 'exp'>;

export class World {
  host: SessionHost;
  readonly claims: Claims;
  readonly client: CryptoKeyPair;
  readonly sealKeys: DhKeys;
  readonly reports: SessionReport[] = [];
  /** Who came and left. */
  readonly changes: SessionReport[] = [];
  readonly remote = { lasting: false, closed: false, params: [] as unknown[], end: (_why: string) => {} };
  serve: (pending: PendingChannel) => Promise<void> = echo;
  started = 0;
  recording: RecordingOrder | undefined;
  readonly parts: PutPart[] = [];
  partsFail: Refusal | undefined;
  /** What the adapter was given to record by. */
  tap: TerminalTap | undefined;
  target: Target = { protocol: 'tcp', host: '127.0.0.1', port: 1 };
  policy: SessionPolicy = NO_SESSION_POLICY;
  startFails = false;
  /** What the control plane gives to sign in with, and what was tried of it. */
  credentials: Credential[] = [];
  readonly tried: (Credential | undefined)[] = [];
  /** The session it is sealed for; the one that starts when undefined. */
  sealedFor: SessionId | undefined;
  /** Whom the target lets in. */
  accepts: (credential: Credential | undefined) => boolean = () => true;
  now = NOW;
  /** What entry and relay do with what passes them. */
  treat: Treat = honest;
  /** No path is to be had. */
  isDown = false;
  readonly paths = new Set<Connection>();
  readonly #verify: DataPlaneVerifier;
  readonly #signer: { key: CryptoKey; kid: string };

  static async make(grants: ChannelGrants = { stream: { send: true, receive: true } }): Promise<World> {
    const client = await generateKeyPair('EdDSA');
    const pair = await generateKeyPair('EdDSA');
    const signer = { key: pair.privateKey, kid: 'k' };
    const keys: JSONWebKeySet = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'EdDSA' }] };
    const sealKeys = await makeDhKeys();
    const jkt = await calculateJwkThumbprint(await publicClientKey(client.publicKey));
    return new World(client, signer, keys, sealKeys, jkt, grants);
  }

  constructor(
    client: CryptoKeyPair,
    signer: { key: CryptoKey; kid: string },
    keys: JSONWebKeySet,
    sealKeys: DhKeys,
    jkt: string,
    channels: ChannelGrants,
  ) {
    this.client = client;
    this.#signer = signer;
    this.sealKeys = sealKeys;
    this.claims = {
      jti: crypto.randomUUID(),
      sub: id(UserId),
      org: id(OrgId),
      cluster: id(ClusterId),
      epoch: 1,
      session: id(SessionId),
      generation: 1,
      attachment: id(AttachmentId),
      resource: id(ResourceId),
      protocol: 'tcp',
      service: id(NodeId),
      seal: Buffer.from(sealKeys.publicKey).toString('base64url'),
      entries: [id(NodeId)],
      channels,
      role: 'controller',
      name: 'Ada',
      cnf: { jkt },
    };
    this.#verify = dataPlaneVerifier(this.claims.cluster, keys);
    this.host = this.restart();
  }

  /** The service node's process is another: it knows nothing of what was. */
  restart(): SessionHost {
    this.host = new SessionHost({
      node: this.claims.service,
      sealKeys: this.sealKeys,
      adapters: this.#adapters(),
      verify: this.#verify,
      control: {
        startSession: async (session) => {
          this.started += 1;
          if (this.startFails) throw new Error('down');
          const { org, resource } = this.claims;
          const { target, policy } = this;
          return {
            epoch: 1,
            egressPool: 'pool',
            session,
            generation: 1,
            org,
            resource,
            target,
            nonce: 'A'.repeat(22),
            holder: this.claims.sub,
            policy,
            ...(this.recording ? { recording: this.recording } : {}),
            ...(await this.#sealed()),
          };
        },
        putPart: async (_, part) => {
          if (this.partsFail) throw this.partsFail;
          this.parts.push(part);
        },
        report: async (_, report) => void (report.control ? this.changes : this.reports).push(report),
      },
      log: { debug: () => {}, info: () => {}, warn: () => {} },
      now: () => this.now,
    });
    return this.host;
  }

  async ticket(changes: Partial<Claims> = {}): Promise<SessionTicket> {
    const claims = { ...this.claims, jti: crypto.randomUUID(), ...changes };
    return {
      session: claims.session,
      attachment: claims.attachment,
      token: await issueDataPlaneToken(claims, this.#signer, this.now),
      resume: await issueDataPlaneToken(claims, this.#signer, this.now, 'resume'),
      sealKey: claims.seal,
      entries: [{ url: 'https://entry.test/fabric', certificateHashes: ['x'] }],
    };
  }

  /** How clients of this world attach. */
  get options() {
    return { dial: () => this.dial(), aead: nodeAead, now: () => this.now };
  }

  async dial(): Promise<Connection> {
    if (this.isDown) throw new Error('no way through');
    const [near, far] = memoryPair();
    this.paths.add(near);
    void near.closed.then(() => this.paths.delete(near));
    far.observe({
      stream: (stream) => void this.#carry(stream, far),
      datagrams: () => {},
      closed: () => {},
    });
    return near;
  }

  /** All paths die at once, as when a relay does. */
  cutPaths(): void {
    for (const path of [...this.paths]) void path.close(9, 'cut');
  }

  /** A stream to the service node itself, past everything. */
  async stream(): Promise<ByteStream> {
    const [near, far] = memoryPair();
    far.observe({ stream: (arrived) => this.host.serve(arrived, 1), datagrams: () => {}, closed: () => {} });
    return near.openStream(0);
  }

  async #carry(stream: ByteStream, connection: Connection): Promise<void> {
    const onward = await this.stream();
    const cut = () => void connection.close(9, 'cut');
    void connection.closed.then(() => refuseStream(onward, 9));
    const pump = (way: 'there' | 'back', from: ByteStream, to: ByteStream) => ({
      readable: () => {
        for (let chunk = from.read(); chunk; chunk = from.read()) {
          const { chunks, cut: isCut } = this.treat(way, chunk);
          for (const piece of chunks) to.write(piece);
          if (isCut) return cut();
        }
        if (from.readableEnded) to.end();
      },
      writable: () => {},
      reset: (code: number) => to.reset(code),
      stopped: (code: number) => to.stop(code),
      closed: () => {},
    });
    stream.observe(pump('there', stream, onward));
    onward.observe(pump('back', onward, stream));
  }

  async #sealed(): Promise<{ credential?: string }> {
    if (this.credentials.length === 0) return {};
    const { cluster, service: node, org, generation } = this.claims;
    const session = this.sealedFor ?? this.claims.session;
    const context = { cluster, node, org, session, generation, nonce: 'A'.repeat(22) };
    return { credential: await sealCredentials(this.claims.seal, context, this.credentials) };
  }

  #adapters(): Adapters {
    const ended = Promise.withResolvers<string>();
    const { remote } = this;
    remote.end = ended.resolve;
    const session: RemoteSession = {
      get lasting() {
        return remote.lasting;
      },
      ended: ended.promise,
      serve: (pending) => {
        remote.params.push(pending.params);
        return this.serve(pending);
      },
      close: async () => {
        remote.closed = true;
      },
    };
    const open = async (
      _target: Target,
      credential: Credential | undefined,
      _signal: AbortSignal,
      tap?: TerminalTap,
    ) => {
      this.tap = tap;
      this.tried.push(credential);
      if (!this.accepts(credential)) throw new Refusal('target_auth_failed');
      return session;
    };
    return { ssh: { open }, tcp: { open }, vnc: { open } };
  }
}

/** All that comes out of a channel until its end, or until so many bytes. */
export function readAll(stream: ByteStream, most = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const got: Uint8Array[] = [];
    let length = 0;
    stream.observe({
      readable: () => {
        for (let chunk = stream.read(); chunk; chunk = stream.read()) {
          got.push(chunk);
          length += chunk.length;
        }
        if (stream.readableEnded || length >= most) resolve(Buffer.concat(got));
      },
      writable: () => {},
      reset: (code) => reject(new Error(`reset ${code}`)),
      stopped: () => {},
      closed: () => {},
    });
  });
}
