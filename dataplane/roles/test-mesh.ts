/** For tests: a small mesh on loopback. Entry and service node live in this process, relays (and further entries) in processes that a test may kill. */
import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import type { SessionTicket } from '../../schema/api/sessions.ts';
import type { ChannelGrants } from '../../schema/channel.ts';
import {
  AttachmentId,
  ClusterId,
  NodeId,
  nodeUri,
  OrgId,
  ResourceId,
  SessionId,
  UserId,
} from '../../schema/ids.ts';
import type { NetworkReport } from '../../schema/network-report.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { NodeRole } from '../../schema/roles.ts';
import { type Neighbour, SigningKey, type Snapshot } from '../../schema/snapshot.ts';
import { type BandwidthClaims, issueDataPlaneToken } from '../../schema/tokens/data-plane.ts';
import { publicClientKey } from '../../schema/tokens/proof.ts';
import type { Adapters, PendingChannel } from '../adapters/adapter.ts';
import { ADAPTERS } from '../adapters/registry.ts';
import type { FlowStream } from '../link/flow-stream.ts';
import type { Link } from '../link/link.ts';
import { type TestAuthority, type TestLeaf, testAuthority } from '../quic/test-identity.ts';
import { startEntry } from './entry.ts';
import { Mesh } from './mesh.ts';
import type { RoleContext, RunningRole } from './role.ts';
import { startService } from './service.ts';
import type { ToNode } from './test-node.ts';

const NODE = fileURLToPath(new URL('./test-node.ts', import.meta.url));
const X25519_RAW_AT = -32;

/** Of the process that the node runs in. */
export interface NodeFigures {
  readonly report: NetworkReport;
  readonly cpu: NodeJS.CpuUsage;
  /** Resident bytes. */
  readonly memory: number;
}

export class TestNode {
  readonly id: NodeId;
  readonly role: NodeRole;
  readonly leaf: TestLeaf;
  endpoint: string | undefined;
  running: RunningRole | undefined;
  mesh: Mesh | undefined;
  child: ChildProcess | undefined;

  constructor(id: NodeId, role: NodeRole, leaf: TestLeaf) {
    this.id = id;
    this.role = role;
    this.leaf = leaf;
  }

  tell(message: ToNode): void {
    if (message.type === 'snapshot') (this.running ?? this.mesh)?.update(message.snapshot);
    if (message.type === 'drain') this.running?.drain?.();
    this.child?.send(message, () => {});
  }

  async kill(): Promise<void> {
    if (!this.child || this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }

  async report(): Promise<NodeFigures> {
    if (!this.child)
      return {
        report: this.running?.network?.() as NetworkReport,
        cpu: process.cpuUsage(),
        memory: process.memoryUsage.rss(),
      };
    const answer = once(this.child, 'message');
    this.child.send({ type: 'report' });
    return (await answer)[0] as NodeFigures;
  }
}

/** Where a node is: its address, and what its process is started with (another network namespace). */
export interface Place {
  readonly host: string;
  readonly through?: readonly [program: string, ...args: string[]];
}
const HERE: Place = { host: '127.0.0.1' };

export interface MeshShape {
  /** Loopback when it says nothing. */
  readonly place?: (name: string) => Place;
  readonly relays: number;
  /** In processes of their own, beside the one in this process. */
  readonly entries?: number;
  /** Which pairs of nodes hold links: names are `relay0`, `entry0`, `service`. Without it every end knows every relay. */
  readonly linked?: (a: string, b: string) => boolean;
  /** The two ends in this process are bare meshes, whose flows come here: no sessions, no clients. */
  /** The bare ends may meet without knowing an address. */
  readonly meet?: boolean;
  readonly bare?: (flow: FlowStream, link: Link) => void;
  /** What the target is, instead of one that echoes `stream`. */
  readonly serve?: (pending: PendingChannel) => Promise<void>;
  readonly channels?: ChannelGrants;
  readonly limits?: BandwidthClaims;
}

export class TestMesh implements AsyncDisposable {
  readonly cluster = ClusterId.parse(crypto.randomUUID());
  readonly nodes = new Map<string, TestNode>();
  readonly #authority: TestAuthority;
  readonly #shape: MeshShape;
  readonly #signer: { key: CryptoKey; kid: string };
  readonly #signing: SigningKey;
  readonly #seal: { pkcs8: Uint8Array; publicKey: Uint8Array };
  readonly #echo: Server;
  /** The control plane answers nothing any more. */
  isControlDown = false;
  #version = 1;

  static async start(shape: MeshShape): Promise<TestMesh> {
    const authority = await testAuthority();
    const pair = await generateKeyPair('EdDSA', { extractable: true });
    const { kty, crv, x } = await exportJWK(pair.publicKey);
    const signing = SigningKey.parse({ kty, crv, x, kid: 'k', alg: 'EdDSA', use: 'sig' });
    const dh = (await crypto.subtle.generateKey('X25519', true, ['deriveBits'])) as CryptoKeyPair;
    const pkcs8 = new Uint8Array(await crypto.subtle.exportKey('pkcs8', dh.privateKey));
    const spki = new Uint8Array(await crypto.subtle.exportKey('spki', dh.publicKey));
    const echo = createServer({ allowHalfOpen: true }, (socket) => {
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.pipe(socket);
    }).listen(0, '127.0.0.1');
    await once(echo, 'listening');
    const seal = { pkcs8, publicKey: spki.slice(X25519_RAW_AT) };
    const mesh = new TestMesh(authority, shape, { key: pair.privateKey, kid: 'k' }, signing, seal, echo);
    await mesh.#up();
    return mesh;
  }

  constructor(
    authority: TestAuthority,
    shape: MeshShape,
    signer: { key: CryptoKey; kid: string },
    signing: SigningKey,
    seal: { pkcs8: Uint8Array; publicKey: Uint8Array },
    echo: Server,
  ) {
    this.#authority = authority;
    this.#shape = shape;
    this.#signer = signer;
    this.#signing = signing;
    this.#seal = seal;
    this.#echo = echo;
  }

  node(name: string): TestNode {
    const node = this.nodes.get(name);
    if (!node) throw new Error(`no node ${name}`);
    return node;
  }

  nameOf(id: NodeId): string {
    return [...this.nodes].find(([, node]) => node.id === id)?.[0] ?? id;
  }

  /** All entries, in this order. */
  async ticket({
    entries = [...this.nodes.keys()].filter((name) => name.startsWith('entry')),
    session = SessionId.parse(crypto.randomUUID()),
  }: {
    readonly entries?: string[];
    readonly session?: SessionId;
  } = {}): Promise<{
    ticket: SessionTicket;
    keys: CryptoKeyPair;
  }> {
    const keys = (await generateKeyPair('EdDSA')) as CryptoKeyPair;
    const sealKey = Buffer.from(this.#seal.publicKey).toString('base64url');
    const claims = {
      jti: crypto.randomUUID(),
      sub: UserId.parse(crypto.randomUUID()),
      org: this.#org,
      cluster: this.cluster,
      session,
      generation: 1,
      attachment: AttachmentId.parse(crypto.randomUUID()),
      resource: this.#resource,
      protocol: 'tcp' as const,
      service: this.node('service').id,
      seal: sealKey,
      entries: entries.map((name) => this.node(name).id),
      channels: this.#shape.channels ?? { stream: { send: true, receive: true } },
      ...(this.#shape.limits ? { limits: this.#shape.limits } : {}),
      cnf: { jkt: await calculateJwkThumbprint(await publicClientKey(keys.publicKey)) },
    };
    const ticket = {
      session: claims.session,
      attachment: claims.attachment,
      token: await issueDataPlaneToken(claims, this.#signer, Date.now()),
      resume: await issueDataPlaneToken(claims, this.#signer, Date.now(), 'resume'),
      sealKey,
      entries: entries.map((name) => {
        const { endpoint, leaf } = this.node(name);
        const hash = createHash('sha256').update(leaf.der).digest('base64url');
        return { url: `https://${endpoint}/fabric`, certificateHashes: [hash] };
      }),
    };
    return { ticket, keys };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.nodes.values()];
    await Promise.all(all.map((node) => node.kill()));
    await Promise.all(all.map((node) => (node.running ?? node.mesh)?.close()));
    this.#echo.close();
  }

  readonly #org = OrgId.parse(crypto.randomUUID());
  readonly #resource = ResourceId.parse(crypto.randomUUID());

  async #up(): Promise<void> {
    const { relays, entries = 0 } = this.#shape;
    for (let n = 0; n < relays; n += 1) await this.#add(`relay${n}`, 'relay');
    for (let n = 0; n <= entries; n += 1) await this.#add(`entry${n}`, 'entry');
    await this.#add('service', 'service');
    await Promise.all([...this.nodes].map(([name, node]) => this.#start(name, node)));
    this.publish();
  }

  async #add(name: string, role: NodeRole): Promise<void> {
    const id = NodeId.parse(crypto.randomUUID());
    this.nodes.set(name, new TestNode(id, role, await this.#authority.issue(nodeUri(this.cluster, id))));
  }

  /** Tells every node what it may know now. */
  publish(): void {
    this.#version += 1;
    for (const [name, node] of this.nodes)
      node.tell({ type: 'snapshot', snapshot: this.#snapshot(name, node) });
  }

  async #start(name: string, node: TestNode): Promise<void> {
    const { host, through } = this.#shape.place?.(name) ?? HERE;
    const start = { role: node.role, identity: node.leaf, snapshot: this.#snapshot(name, node), host };
    const { bare } = this.#shape;
    const isHere = name === 'entry0' || name === 'service';
    if (isHere && bare) {
      const flow = (_: NodeId, _open: unknown, stream: FlowStream, link: Link) => bare(stream, link);
      node.mesh = await Mesh.start({
        context: this.#context(start),
        announces: false,
        flow,
        shortcuts: { longLivedMs: 100, highMs: 0 },
      });
      return;
    }
    if (isHere) {
      const context = this.#context(start);
      node.running = await (name === 'service'
        ? startService(context, this.#adapters())
        : startEntry(context));
      node.endpoint = node.running.endpoint;
      return;
    }
    const [execPath, ...before] = through ?? [];
    node.child = fork(NODE, [], {
      ...(execPath === undefined ? {} : { execPath, execArgv: [...before, process.execPath] }),
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    const ready = once(node.child, 'message');
    node.child.send({ type: 'start', ...start });
    node.endpoint = ((await ready)[0] as { endpoint: string }).endpoint;
  }

  #adapters(): Adapters {
    const { serve } = this.#shape;
    if (!serve) return ADAPTERS;
    const session = { lasting: false, ended: new Promise<never>(() => {}), serve, close: async () => {} };
    return { ...ADAPTERS, tcp: { open: async () => session } };
  }

  #context({
    host,
    ...start
  }: Pick<RoleContext, 'identity' | 'snapshot'> & Pick<Place, 'host'>): RoleContext {
    const target = {
      protocol: 'tcp',
      host: '127.0.0.1',
      port: (this.#echo.address() as AddressInfo).port,
    } as const;
    const nothing = () => {};
    return {
      ...start,
      publicTls: undefined,
      seal: this.#seal,
      listen: { host, port: 0, publicHost: undefined },
      control: {
        startSession: async (session) => {
          if (this.isControlDown) throw new Refusal('unavailable');
          return {
            epoch: 1,
            egressPool: 'pool',
            session,
            generation: 1,
            org: this.#org,
            resource: this.#resource,
            target,
            nonce: 'A'.repeat(22),
          };
        },
        putPart: async () => {},
        report: async () => {
          if (this.isControlDown) throw new Refusal('unavailable');
        },
      },
      log: { debug: nothing, info: nothing, warn: nothing },
      now: Date.now,
    };
  }

  #snapshot(name: string, node: TestNode): Snapshot {
    const { cluster } = this;
    return {
      cluster,
      node: node.id,
      version: this.#version,
      epoch: 1,
      roles: [node.role],
      ca: this.#authority.ca,
      signingKeys: { keys: [this.#signing] },
      neighbours: [...this.nodes].flatMap(([other, known]) => this.#neighbour(name, node, other, known)),
      ...(node.role === 'entry' ? { origins: [] } : {}),
    };
  }

  #neighbour(name: string, node: TestNode, other: string, known: TestNode): Neighbour[] {
    const isLinked = this.#shape.linked?.(name, other) ?? (node.role === 'relay' || known.role === 'relay');
    const ends = [name, other].sort().join() === 'entry0,service';
    if (this.#shape.meet && ends)
      return [
        {
          node: known.id,
          roles: [known.role],
          spki: known.leaf.spki,
          dial: name === 'entry0',
          endpoints: [],
        },
      ];
    if (name === other || !isLinked) return [];
    const dial = known.role === 'relay' && (node.role !== 'relay' || node.id > known.id);
    const endpoints = known.endpoint === undefined ? [] : [known.endpoint];
    return [{ node: known.id, roles: [known.role], spki: known.leaf.spki, dial, endpoints }];
  }
}
