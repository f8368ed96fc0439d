/** One node: enrols, follows its snapshot, runs its roles, says that it lives. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { TlsIdentity } from '../dataplane/quic/quic.ts';
import { Refusal } from '../schema/refusal.ts';
import type { Snapshot } from '../schema/snapshot.ts';
import { retry } from './backoff.ts';
import type { AgentConfig } from './config.ts';
import { Control, enrol } from './control/control.ts';
import { type Identity, IdentityStore, isSealKeyKnown, renewalTime } from './identity/identity.ts';
import { type AgentStatus, type LocalApi, startLocalApi } from './local-api/local-api.ts';
import { RoleSupervisor } from './roles/supervisor.ts';
import { SnapshotStore } from './snapshot/store.ts';

const HEARTBEAT_MS = 5_000;
const RENEWAL_CHECK_MS = 60_000;

export class Agent {
  readonly #config: AgentConfig;
  readonly #log: Logger;
  readonly #closing = new AbortController();
  readonly #roles = new Map<string, RoleSupervisor>();
  readonly #store: IdentityStore;
  readonly #snapshots: SnapshotStore;
  readonly #control: Control;
  readonly #loops: Promise<void>[] = [];
  readonly #sleepers = new Set<() => void>();
  #identity: Identity | undefined;
  #publicTls: TlsIdentity | undefined;
  #local: LocalApi | undefined;

  constructor(config: AgentConfig, log: Logger) {
    this.#config = config;
    this.#log = log;
    this.#store = new IdentityStore(config.data);
    const identity = () => this.#known;
    this.#snapshots = new SnapshotStore(config.data, identity);
    this.#control = new Control(config.api, identity);
  }

  /** Resolves once it is enrolled and its roles have been started. */
  async start(): Promise<void> {
    this.#local = await startLocalApi(this.#config.localPort, () => this.status());
    await this.#readPublicTls();
    this.#identity = await this.#enrol();
    const { signal } = this.#closing;
    const last = await this.#snapshots.load(Date.now());
    if (last) this.#apply(last);
    else {
      const first = await retry(() => this.#control.snapshot(0, signal), {
        signal,
        failed: (error) => this.#warn(error, 'snapshot'),
      });
      if (first !== undefined) this.#apply(await this.#snapshots.apply(first, Date.now()));
    }
    this.#loops.push(this.#followSnapshots(), this.#heartbeats(), this.#renewals());
  }

  get localPort(): number {
    return this.#local?.port ?? 0;
  }

  status(): AgentStatus {
    return {
      name: this.#config.name,
      node: this.#identity?.enrolment.node,
      enrolled: this.#identity !== undefined,
      snapshotVersion: this.#snapshots.current?.version ?? 0,
      roles: [...this.#roles.values()].map(({ role, ready, pid, endpoint, restarts, sessions, metrics }) => ({
        role,
        ready,
        pid,
        endpoint,
        restarts,
        sessions: sessions.length,
        metrics,
      })),
    };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#wake();
    await Promise.all([...this.#roles.values()].map((role) => role.close()));
    await Promise.allSettled(this.#loops);
    await this.#local?.close();
  }

  get #known(): Identity {
    if (!this.#identity) throw new Error('the node has not enrolled');
    return this.#identity;
  }

  get #tls(): TlsIdentity {
    const { enrolment, key } = this.#known;
    return { certificate: enrolment.certificate, key: key.pem };
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
    const { api, name, bootstrapToken } = this.#config;
    const key = await this.#store.key(name);
    const known = await this.#store.enrolment();
    if (known) return { key, enrolment: known };
    if (bootstrapToken === undefined) {
      throw new Refusal(
        'unauthenticated',
        'this node has not enrolled: give it a bootstrap token (FABRIC_AGENT_BOOTSTRAP_TOKEN)',
      );
    }
    const enrolment = await retry(
      () => enrol(api, { token: bootstrapToken, name, csr: key.csr, sealKey: key.sealKey }),
      {
        signal: this.#closing.signal,
        isFinal: (error) => error instanceof Refusal && error.status < 500 && error.code !== 'rate_limited',
        failed: (error) => this.#warn(error, 'enrolment'),
      },
    );
    await this.#store.keep(enrolment);
    this.#log.info({ node: enrolment.node }, 'enrolled');
    return { key, enrolment };
  }

  #apply(snapshot: Snapshot): void {
    const { listenHost, listenPort, publicHost } = this.#config;
    for (const [role, supervisor] of this.#roles) {
      if (snapshot.roles.some((assigned) => assigned === role)) supervisor.update(snapshot);
      else {
        this.#roles.delete(role);
        void supervisor.close();
      }
    }
    for (const role of snapshot.roles) {
      if (this.#roles.has(role)) continue;
      this.#roles.set(
        role,
        new RoleSupervisor({
          role,
          identity: () => this.#tls,
          publicTls: () => this.#publicTls,
          // Who does not end clients' channels has no business with the key they are sealed with.
          seal: () => (role === 'service' ? this.#known.key.seal : undefined),
          snapshot: () => this.#snapshots.current ?? snapshot,
          listen: { host: listenHost, port: listenPort, publicHost },
          logLevel: this.#config.logLevel,
          control: this.#control,
          changed: () => this.#wake(),
          log: this.#log,
        }),
      );
    }
  }

  async #followSnapshots(): Promise<void> {
    const { signal } = this.#closing;
    await this.#forever(async () => {
      const text = await this.#control.snapshot(this.#snapshots.current?.version ?? 0, signal);
      if (text === undefined) return;
      const snapshot = await this.#snapshots.apply(text, Date.now());
      this.#log.info({ version: snapshot.version }, 'snapshot applied');
      this.#apply(snapshot);
    }, 'snapshot');
  }

  async #heartbeats(): Promise<void> {
    await this.#forever(async () => {
      const roles = [...this.#roles.values()];
      const endpoints = roles.flatMap(({ endpoint, ready }) =>
        ready && endpoint !== undefined ? [endpoint] : [],
      );
      const sessions = roles.flatMap((role) => role.sessions);
      // Before the roles are up their sessions are unknown, not gone.
      if (roles.every(({ ready }) => ready)) {
        const { end } = await this.#control.heartbeat({ endpoints, sessions });
        for (const session of end) for (const role of roles) role.endSession(session);
      }
      await this.#pause(HEARTBEAT_MS);
    }, 'heartbeat');
  }

  async #renewals(): Promise<void> {
    await this.#forever(async () => {
      const { enrolment, key } = this.#known;
      if (Date.now() >= renewalTime(enrolment.certificate) || !isSealKeyKnown(this.#known)) {
        const renewal = await this.#control.renew({ csr: key.csr, sealKey: key.sealKey });
        const renewed = { ...enrolment, ...renewal };
        await this.#store.keep(renewed);
        this.#identity = { key, enrolment: renewed };
        for (const role of this.#roles.values()) role.renewIdentity();
        this.#log.info({}, 'certificate renewed');
      }
      if (await this.#readPublicTls()) {
        for (const role of this.#roles.values()) role.renewIdentity();
        this.#log.info({}, 'public certificate read again');
      }
      await this.#pause(RENEWAL_CHECK_MS);
    }, 'renewal');
  }

  /** Runs again and again until the agent closes; after a failure with backoff. */
  async #forever(work: () => Promise<void>, what: string): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await retry(work, { signal, failed: (error) => this.#warn(error, what) }).catch(() => {});
    }
  }

  /** Until the time is up, or something is worth a heartbeat, or the agent closes. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#sleepers.add(wake);
    });
  }

  #wake(): void {
    for (const wake of this.#sleepers) wake();
  }

  #warn(error: unknown, what: string): void {
    if (this.#closing.signal.aborted) return;
    const code = error instanceof Refusal ? error.code : 'internal';
    this.#log.warn(
      { code, reason: error instanceof Error ? error.message : String(error) },
      `${what} failed, trying again`,
    );
  }
}
