/** One node: enrols, follows its snapshot, runs its roles, says that it lives. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { TlsIdentity } from '../dataplane/quic/quic.ts';
import type { EnrolRequest, Heartbeat, HeartbeatAnswer, SnapshotAnswer } from '../schema/api/nodes.ts';
import { Refusal } from '../schema/refusal.ts';
import type { Snapshot } from '../schema/snapshot.ts';
import { Journal } from './audit/journal.ts';
import { COME_BACK_MS } from './backoff.ts';
import type { AgentConfig } from './config.ts';
import { Control } from './control/control.ts';
import { ApiConnection } from './control/http.ts';
import type { Live } from './control/live.ts';
import { Reports } from './control/reports.ts';
import { factsOf, join as joinCluster, type Waiting } from './enrol.ts';
import { Executor } from './execute/execute.ts';
import {
  certificateEnd,
  type Identity,
  IdentityStore,
  isFromActive,
  isSealKeyKnown,
  renewalTime,
} from './identity/identity.ts';
import { tokenUri } from './identity/token.ts';
import { LocalApi } from './local-api/local-api.ts';
import type { AgentStatus } from './local-api/status.ts';
import { Loops } from './loops.ts';
import { type Capabilities, capabilitiesOf, hostFacts } from './monitor/capabilities.ts';
import { Monitor } from './monitor/monitor.ts';
import { Notifier } from './notify.ts';
import { RoleSet } from './roles/role-set.ts';
import { SnapshotStore } from './snapshot/store.ts';
import {
  ALLOWED,
  afterMeasuring,
  afterSnapshot,
  NodeStateFile,
  rememberedPeers,
  standingAt,
} from './state/node-state.ts';

/**
 * With sessions, because the answer says which of them have to end; without, still twice within the time after which the control plane takes a node for gone. What changes is
 * said at once.
 */
export const HEARTBEAT_MS = { busy: 5_000, idle: 12_000 } as const;
const RENEWAL_CHECK_MS = 60_000;
/** Within which the nodes of a cluster ask for certificates of its new CA. */
const RENEW_SPREAD_MS = 10_000;
/** The longest round there is: a minute of pause or backoff, and a request or two that time out. A drain is bounded by `drainSeconds`. */
const STUCK_MS = 180_000;
const STANDING_CHECK_MS = 1_000;
/** The peer cache is written so often. */
const PEERS_MS = 30_000;
/** Between two questions for a snapshot at least, should the control plane answer at once that there is nothing new. */
const SNAPSHOT_AGAIN_MS = 1_000;
/** What a heartbeat can carry. */
const MAX_PROOF_CHARS = 200_000;
/** A control plane that holds no connections open is asked again after so long. */
const LIVE_AGAIN_MS = 600_000;

export class Agent {
  readonly #config: AgentConfig;
  readonly #log: Logger;
  readonly #notifier: Notifier;
  readonly #now: () => number;
  readonly #loops: Loops;
  /** Goes on while roles stop: what they say last is heard too. */
  readonly #reporting = new AbortController();
  readonly #store: IdentityStore;
  readonly #snapshots: SnapshotStore;
  readonly #connection: ApiConnection;
  readonly #control: Control;
  readonly #reports: Reports;
  readonly #journal: Journal;
  readonly #state: NodeStateFile;
  readonly #monitor: Monitor;
  readonly #roles: RoleSet;
  readonly #startedAt = performance.now();
  #identity: Identity | undefined;
  #publicTls: TlsIdentity | undefined;
  #local: LocalApi | undefined;
  #capabilities: Capabilities | undefined;
  #lastContactAt: number | undefined;
  #waiting: Waiting | undefined;
  /** Of who answered last. */
  #answeredEpoch: number | undefined;
  #live: Live | undefined;

  constructor(config: AgentConfig, log: Logger, now: () => number = Date.now, notifier?: Notifier) {
    this.#config = config;
    this.#notifier = notifier ?? new Notifier({}, process.pid);
    this.#log = log;
    this.#now = now;
    this.#loops = new Loops((error, what) => this.#warn(error, what));
    const { data, api, apiPins, apiCa } = config;
    this.#journal = new Journal({
      folder: join(data, 'audit'),
      fileBytes: config.auditFileBytes,
      files: config.auditFiles,
      now,
    });
    this.#state = new NodeStateFile(data, now());
    const { keyUri, keyPinFile } = config;
    this.#store = new IdentityStore(data, keyUri && tokenUri({ keyUri, keyPinFile }));
    const identity = () => this.#known;
    this.#snapshots = new SnapshotStore({
      data,
      identity,
      floor: () => this.#state.current,
      trust: (signingKeys) => this.#keep({ ...this.#known.enrolment, signingKeys }),
    });
    this.#connection = new ApiConnection({ url: new URL(api), pins: apiPins, caFile: apiCa });
    this.#control = new Control(this.#connection, identity, () => this.#snapshots.current);
    const { signal } = this.#reporting;
    this.#reports = new Reports({ signal, send: (id, report) => this.#control.report(id, report) });
    this.#monitor = new Monitor({
      data,
      intervalMs: config.monitorSeconds * 1000,
      keep: config.monitorKeep,
      services: config.monitorServices,
      processes: config.monitorProcesses,
      now,
    });
    this.#roles = new RoleSet({
      config,
      identity: () => this.#tls,
      publicTls: () => this.#publicTls,
      seal: () => this.#known.key.seal,
      snapshot: () => this.#snapshots.current,
      control: {
        startSession: (session) => this.#control.startSession(session),
        report: (session, report) => this.#reports.report(session, report),
        putPart: (recording, part) => this.#control.putPart(recording, part),
      },
      peers: () => rememberedPeers(this.#state.current),
      changed: () => this.#loops.wake(),
      record: (event, fields) => this.#journal.record(event, fields),
      log,
    });
  }

  /** Resolves once it is enrolled and its roles have been started. */
  async start(): Promise<void> {
    this.#watch();
    this.#journal.record('agent.started', { pid: process.pid });
    await this.#state.load();
    await this.#monitor.start();
    await this.#readPublicTls();
    this.#capabilities = this.#scan();
    this.#local = await this.#openLocalApi();
    this.#identity = await this.#enrol();
    const last = await this.#snapshots.load(this.#now());
    if (last) await this.#apply(last);
    else await this.#loops.until(() => this.#ask({ version: 0, increments: false }, 0), 'snapshot');
    const failures = { count: 0 };
    this.#loops.start(() => this.#followSnapshots(), 'snapshot', { failures });
    this.#loops.start(() => this.#beat(), 'heartbeat', { failures });
    this.#loops.start(() => this.#stayLive(), 'live connection', { mayWait: true, failures });
    this.#loops.start(() => this.#renew(), 'renewal');
    this.#loops.start(() => this.#stand(), 'standing');
    this.#loops.start(() => this.#rememberPeers(), 'peers');
    await this.#notifier.ready(this.#state.current.standing);
  }

  /** systemd hears that the agent lives while every loop turns, and by a timer that a blocked event loop holds up as well. */
  #watch(): void {
    const { watchdogMs } = this.#notifier;
    if (watchdogMs === undefined) return;
    const timer = setInterval(() => {
      const stuck = this.#loops.stuck(STUCK_MS + this.#config.drainSeconds * 1000);
      if (stuck.length === 0) void this.#notifier.alive();
      else this.#log.error({ stuck }, 'loops do not turn: systemd is to start the agent anew');
    }, watchdogMs / 3);
    this.#loops.signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  }

  get localPort(): number {
    return this.#local?.port ?? 0;
  }

  status(): AgentStatus {
    const enrolment = this.#identity?.enrolment;
    return {
      name: this.#config.name,
      node: enrolment?.node,
      enrolled: this.#identity !== undefined,
      waiting: this.#waiting,
      standing: this.#state.current.standing,
      allowed: ALLOWED[this.#state.current.standing],
      epoch: this.#state.current.epoch,
      lastContactAt: this.#lastContactAt ?? this.#state.current.lastContactAt,
      snapshotVersion: this.#snapshots.current?.version ?? 0,
      snapshotExpiresAt: this.#snapshots.expiresAt,
      certificateExpiresAt: enrolment && certificateEnd(enrolment.certificate),
      peers: this.#state.current.peers.length,
      waitingReports: this.#reports.size,
      controlBytes: this.#connection.bytes,
      live: this.#live !== undefined,
      roles: this.#roles.status(),
      capabilities: this.#capabilities,
      host: this.#monitor.latest,
      services: this.#monitor.services,
      processes: this.#monitor.processes,
      audit: this.#journal.last,
      memoryBytes: process.memoryUsage.rss(),
      uptimeSeconds: Math.round((performance.now() - this.#startedAt) / 1000),
    };
  }

  /** Roles first, so that what they have to say is still heard; then what they spoke through. */
  async close(): Promise<void> {
    if (this.#loops.signal.aborted) return;
    this.#journal.record('agent.stopping');
    void this.#notifier.stopping();
    this.#loops.stop();
    await this.#roles.close(this.#config.drainSeconds * 1000);
    this.#reporting.abort();
    this.#live?.close();
    this.#connection.close();
    await this.#loops.ended();
    await this.#local?.close();
    await this.#monitor.close();
    this.#journal.close();
  }

  get #known(): Identity {
    if (!this.#identity) throw new Error('the node has not enrolled');
    return this.#identity;
  }

  get #tls(): TlsIdentity {
    const { enrolment, key } = this.#known;
    return { certificate: enrolment.certificate, key: key.pem };
  }

  /** What links measured outlives this process, and a role that starts turns to the best neighbours first. */
  async #rememberPeers(): Promise<void> {
    await this.#loops.pause(PEERS_MS);
    const reports = this.#roles.networks().map(({ report }) => report);
    if (reports.length > 0) await this.#state.save(afterMeasuring(this.#state.current, reports));
  }

  #scan(): Capabilities {
    const { listenHost, publicHost } = this.#config;
    return capabilitiesOf(
      hostFacts({
        listenHost,
        publicHost,
        hasPublicCertificate: this.#publicTls !== undefined,
        diskFreeBytes: this.#monitor.latest?.diskFree ?? 0,
        memoryBytes: totalmem(),
      }),
    );
  }

  #openLocalApi(): Promise<LocalApi> {
    const { data, localPort, localSocket, executeEnabled } = this.#config;
    const { executeAllow: allow, executeSeconds: seconds, executeConcurrency: concurrency } = this.#config;
    const socket = localSocket ?? join(data, 'agent.sock');
    // A folder with a long name leaves no room for a socket (unix(7): 108 octets).
    const usable =
      socket === 'off' || (localSocket === undefined && socket.length > 100) ? undefined : socket;
    return LocalApi.start({
      port: localPort,
      socket: usable,
      data,
      status: () => this.status(),
      networks: () => this.#roles.networks(),
      samples: (count) => this.#monitor.samples(count),
      executor: executeEnabled ? new Executor({ allow, seconds, concurrency, env: process.env }) : undefined,
      record: (event, fields) => this.#journal.record(event, fields),
    });
  }

  /** @returns whether it is another than before */
  async #readPublicTls(): Promise<boolean> {
    const { publicCertificate, publicKey } = this.#config;
    if (publicCertificate === undefined || publicKey === undefined) return false;
    const [certificate, key] = await Promise.all([
      readFile(publicCertificate, 'utf8'),
      readFile(publicKey, 'utf8'),
    ]);
    if (certificate === this.#publicTls?.certificate) return false;
    // A pair that is being replaced does not match for a moment: the next look takes it.
    if (!new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))) {
      this.#log.warn({ publicCertificate, publicKey }, 'the public certificate and its key do not match');
      return false;
    }
    this.#publicTls = { certificate, key };
    return true;
  }

  async #enrol(): Promise<Identity> {
    const { name, bootstrapToken } = this.#config;
    const key = await this.#store.key(name);
    const known = await this.#store.enrolment();
    if (known) return { key, enrolment: known };
    if (bootstrapToken === undefined) {
      throw new Refusal(
        'unauthenticated',
        'this node has not enrolled: give it a bootstrap token (FABRIC_AGENT_BOOTSTRAP_TOKEN)',
      );
    }
    const facts = factsOf(this.#capabilities);
    const request = { token: bootstrapToken, name, csr: await key.csr(), sealKey: key.sealKey, facts };
    const { enrolment } = await this.#join(request);
    await this.#store.keep(enrolment);
    this.#heard();
    this.#log.info({ node: enrolment.node }, 'enrolled');
    this.#journal.record('node.enrolled', { node: enrolment.node, cluster: enrolment.cluster });
    return { key, enrolment };
  }

  async #join(request: EnrolRequest): Promise<{ enrolment: Identity['enrolment'] }> {
    const waiting = (told: Waiting) => {
      this.#waiting = told;
      this.#heard();
      const { request: id, fingerprint, expiresAt } = told;
      this.#log.warn({ fingerprint, expiresAt }, 'waiting for a person to approve this node');
      this.#journal.record('node.waiting', { request: id, fingerprint, until: expiresAt });
    };
    const loops = this.#loops;
    const enrolment = await joinCluster({ connection: this.#connection, request, loops, waiting });
    this.#waiting = undefined;
    return { enrolment };
  }

  async #keep(enrolment: Identity['enrolment']): Promise<void> {
    await this.#store.keep(enrolment);
    this.#identity = { key: this.#known.key, enrolment };
  }

  /** Asks for what is newer, believes it or not, and applies it. @returns whether there was something */
  async #ask(have: { version: number; increments: boolean }, waitS?: number): Promise<boolean> {
    const { epoch } = this.#state.current;
    const news = await this.#control.snapshot({ ...have, epoch }, this.#loops.signal, waitS);
    this.#heard();
    if (news === undefined) return false;
    const { snapshot, how } = await this.#believe(news).catch((error: unknown) => {
      const code = error instanceof Refusal ? error.code : 'internal';
      this.#journal.record('snapshot.refused', { code });
      throw error;
    });
    this.#journal.record('snapshot.applied', { version: snapshot.version, how, roles: [...snapshot.roles] });
    this.#log.info({ version: snapshot.version }, 'snapshot applied');
    await this.#apply(snapshot);
    return true;
  }

  async #believe(news: SnapshotAnswer): Promise<{ snapshot: Snapshot; how: string }> {
    if ('snapshot' in news) return this.#snapshots.apply(news.snapshot, this.#now());
    return { snapshot: await this.#snapshots.applyIncrement(news.increment, this.#now()), how: 'increment' };
  }

  async #apply(snapshot: Snapshot): Promise<void> {
    await this.#state.save(afterSnapshot(this.#state.current, snapshot, this.#now()));
    this.#roles.apply(snapshot);
    // Not all nodes of a cluster at once.
    if (!this.#isFromActive()) setTimeout(() => this.#loops.wake(), Math.random() * RENEW_SPREAD_MS).unref();
  }

  async #followSnapshots(): Promise<void> {
    const { snapshotVersion: version } = this.#held;
    // The same again, before it expires: what has not changed would never be sent.
    const isOld = this.#now() >= this.#snapshots.refreshAt;
    const live = this.#live;
    if (live && !isOld && !this.#hasNews(live)) return this.#loops.pause(COME_BACK_MS.snapshot);
    const askedAt = performance.now();
    const increments = this.#snapshots.takesIncrements;
    const isNew = await (isOld
      ? this.#ask({ version: version - 1, increments: false }, 0)
      : this.#ask({ version, increments }, live && 0));
    // What it follows now is acknowledged by a heartbeat where it does not ask again.
    if (isNew && live) this.#loops.wake();
    if (!isNew && performance.now() - askedAt < SNAPSHOT_AGAIN_MS) await this.#loops.pause(SNAPSHOT_AGAIN_MS);
  }

  async #beat(): Promise<void> {
    const beat: Heartbeat | undefined = this.#roles.heartbeat();
    // Before the roles are up their sessions are unknown, not gone.
    if (beat) {
      const proof = this.#isStale ? this.#snapshots.signed : undefined;
      const showable =
        proof !== undefined && proof.length <= MAX_PROOF_CHARS ? { newerAuthority: proof } : {};
      const { end, epoch } = await this.#say({ ...beat, ...this.#held, ...showable });
      this.#heard();
      this.#answeredEpoch = epoch;
      for (const session of end) this.#roles.endSession(session);
      // Who was replaced is shown so at once, not with the next beat.
      if (this.#isStale && proof === undefined) return;
    }
    const isBusy = beat === undefined || beat.sessions.length > 0;
    await this.#loops.pause(isBusy ? HEARTBEAT_MS.busy : HEARTBEAT_MS.idle);
  }

  #say(beat: Heartbeat): Promise<HeartbeatAnswer> {
    return this.#live?.beat(beat) ?? this.#control.heartbeat(beat);
  }

  get #held(): { readonly snapshotVersion: number } {
    return { snapshotVersion: this.#snapshots.current?.version ?? 0 };
  }

  #hasNews(live: Live): boolean {
    return live.hasNews({ ...this.#held, epoch: this.#state.current.epoch });
  }

  /** Holds a connection open, over which a heartbeat is a few bytes and news come unasked. Without one all of it is asked for by requests. */
  async #stayLive(): Promise<void> {
    if (!this.#roles.heartbeat()) return this.#loops.pause(SNAPSHOT_AGAIN_MS);
    const news = () => {
      if (this.#live && this.#hasNews(this.#live)) this.#loops.wake();
    };
    const live = await this.#control.live(news).catch((error: unknown) => {
      if (error instanceof Refusal && error.code === 'bad_request') return undefined;
      throw error;
    });
    if (!live) return this.#loops.pause(LIVE_AGAIN_MS);
    if (this.#loops.signal.aborted) return live.close();
    this.#live = live;
    this.#loops.wake();
    const { refused } = await live.closed;
    this.#live = undefined;
    // One that was put out is told so by request.
    if (refused) this.#loops.wake();
    await this.#loops.pause(Math.random() * COME_BACK_MS.live);
  }

  async #renew(): Promise<void> {
    const { enrolment, key } = this.#known;
    const isDue = this.#now() >= renewalTime(enrolment.certificate);
    if ((isDue || !isSealKeyKnown(this.#known) || !this.#isFromActive()) && !this.#isStale) {
      const renewal = await this.#control.renew({ csr: await key.csr(), sealKey: key.sealKey });
      await this.#keep({ ...this.#known.enrolment, ...renewal });
      this.#roles.renewIdentity();
      this.#log.info({}, 'certificate renewed');
      const until = new Date(certificateEnd(renewal.certificate)).toISOString();
      this.#journal.record('identity.renewed', { until });
    }
    if (await this.#readPublicTls()) {
      this.#roles.renewIdentity();
      this.#log.info({}, 'public certificate read again');
    }
    await this.#loops.pause(RENEWAL_CHECK_MS);
  }

  /** While its cluster exchanges its CA a node shows a certificate of the one that certifies now. */
  #isFromActive(): boolean {
    const snapshot = this.#snapshots.current;
    return snapshot === undefined || isFromActive(this.#known.enrolment.certificate, snapshot.ca);
  }

  /** Says how the node stands; when its snapshot has expired it stops what it may no longer do. */
  async #stand(): Promise<void> {
    const now = this.#now();
    const { expiresAt } = this.#snapshots;
    const known = { lastContactAt: this.#lastContactAt, expiresAt, isStale: this.#isStale };
    const standing = standingAt(now, known, this.#config.silentSeconds * 1000);
    const before = this.#state.current;
    if (standing !== before.standing) {
      const contact = this.#lastContactAt === undefined ? {} : { lastContactAt: this.#lastContactAt };
      await this.#state.save({ ...before, ...contact, standing, since: now });
      this.#log.info({ standing }, 'standing');
      void this.#notifier.status(standing);
      if (standing === 'isolated') {
        this.#journal.record('snapshot.expired', { version: before.version });
        await this.#roles.stopAll(this.#config.drainSeconds * 1000);
      }
    }
    await this.#loops.pause(STANDING_CHECK_MS);
  }

  /** What answers is an authority that was replaced. */
  get #isStale(): boolean {
    return this.#answeredEpoch !== undefined && this.#answeredEpoch < this.#state.current.epoch;
  }

  #heard(): void {
    this.#lastContactAt = this.#now();
  }

  #warn(error: unknown, what: string): void {
    const code = error instanceof Refusal ? error.code : 'internal';
    this.#log.warn(
      { code, reason: error instanceof Error ? error.message : String(error) },
      `${what} failed, trying again`,
    );
  }
}
