/** Keeps one process running per assigned role: starts it with as little privilege as it can, feeds it, restarts it with backoff when it ends or stops answering, drains and stops it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { TlsIdentity } from '../../dataplane/quic/quic.ts';
import type { Listen, SealSecret } from '../../dataplane/roles/role.ts';
import type { PeerMemory } from '../../dataplane/routing/peers.ts';
import type { HeldSession, ServiceControl } from '../../dataplane/sessions/control.ts';
import { backoffMs } from '../../schema/backoff.ts';
import type { SessionId } from '../../schema/ids.ts';
import type { NetworkReport } from '../../schema/network-report.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { NodeRole } from '../../schema/roles.ts';
import type { Snapshot } from '../../schema/snapshot.ts';
import { isTokenUri } from '../../schema/tokens/es256.ts';
import type { AuditEvent, AuditFields } from '../audit/entry.ts';
import { type Confinement, confine, type HostTools, type Limits } from './confinement.ts';
import { enterGroup, leaveGroup } from './group.ts';
import type { FromRole, Outcome, ToRole } from './messages.ts';

/** Roles run from their sources, also where the agent itself is a bundle. */
const CHILD = fileURLToPath(
  new URL(import.meta.url.includes('/agent/dist/') ? '../roles/child.ts' : './child.ts', import.meta.url),
);
/** Where the modules of tokens look for their configuration: for a role whose node's key is in one. */
const TOKEN_VARIABLES = ['SOFTHSM2_CONF', 'TPM2_PKCS11_STORE'];
const BACKOFF_MS = { first: 250, most: 30_000 } as const;
/** A role that ran for so long starts over with the shortest backoff. */
const STEADY_MS = 60_000;
const STOP_MS = 7_000;
/** Asked so often; a role that has not answered for the longer time is stuck. */
export const PROBE_MS = { every: 5_000, patience: 20_000 } as const;

export interface SupervisorOptions {
  readonly role: NodeRole;
  readonly identity: () => TlsIdentity;
  readonly snapshot: () => Snapshot;
  /** What browsers trust; see `RoleContext`. */
  readonly publicTls: () => TlsIdentity | undefined;
  /** For the service role only. */
  readonly seal: () => SealSecret | undefined;
  readonly listen: Listen;
  /** What is remembered of the neighbours. */
  readonly peers?: () => readonly PeerMemory[];
  readonly logLevel: string;
  readonly control: ServiceControl;
  /** Something a heartbeat should tell at once. */
  readonly changed: () => void;
  readonly log: { warn(fields: object, message: string): void };
  readonly tools: HostTools;
  readonly limits: Limits;
  readonly record: (event: AuditEvent, fields: AuditFields) => void;
  readonly probe?: { readonly every: number; readonly patience: number };
}

export class RoleSupervisor {
  readonly role: NodeRole;
  endpoint: string | undefined;
  ready = false;
  restarts = 0;
  sessions: HeldSession[] = [];
  metrics: Record<string, number> = {};
  network: NetworkReport | undefined;
  readonly #options: SupervisorOptions;
  #child: ChildProcess | undefined;
  #stopping = false;
  /** Ends in a row, none of them after a steady run. */
  #failures = 0;
  #restart: NodeJS.Timeout | undefined;
  #probe: NodeJS.Timeout | undefined;
  #answeredAt = 0;
  #failedGroup: string | undefined;
  readonly #confinement: Confinement;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.role = options.role;
    this.#confinement = confine(process.execPath, options.tools, options.limits);
    this.#start();
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  update(snapshot: Snapshot): void {
    this.#send({ type: 'snapshot', snapshot });
  }

  /** What `identity` and `publicTls` give has changed. */
  renewIdentity(): void {
    const { identity, publicTls } = this.#options;
    this.#send({ type: 'identity', identity: identity(), publicTls: publicTls() });
  }

  endSession(session: SessionId): void {
    this.#send({ type: 'end-session', session });
  }

  /** What holds the process in, in words. */
  get confinement(): readonly string[] {
    const { stated } = this.#confinement;
    return this.#failedGroup === undefined ? stated : [...stated, this.#failedGroup];
  }

  /** Who is at a session may finish until the deadline; then it stops, and is killed when it does not. */
  async close(drainMs = 0): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    clearInterval(this.#probe);
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    const late = setTimeout(() => child.kill('SIGKILL'), drainMs + STOP_MS);
    if (drainMs > 0 && child.connected) this.#send({ type: 'drain', deadlineMs: drainMs });
    else child.kill('SIGTERM');
    await exited;
    clearTimeout(late);
    this.#options.record('role.stopped', { role: this.role });
  }

  #start(): void {
    const { role, identity, publicTls, seal, snapshot, listen, logLevel } = this.#options;
    const startedAt = Date.now();
    // Once a port was had it is kept, so that neighbours find the role again after a restart.
    const port =
      this.endpoint === undefined
        ? listen.port
        : Number(this.endpoint.slice(this.endpoint.lastIndexOf(':') + 1));
    const { program, args, group } = this.#confinement;
    const child = fork(CHILD, [], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      serialization: 'advanced',
      execPath: program,
      execArgv: [...args],
      env: this.#environment(),
    });
    this.#child = child;
    child.on('error', (error) =>
      this.#options.log.warn({ role, reason: error.message }, 'a role could not be started'),
    );
    if (group && child.pid !== undefined) {
      this.#failedGroup = enterGroup(group, `role-${role}`, child.pid);
      child.once('exit', () => leaveGroup(group, `role-${role}`));
    }
    this.#options.record('role.started', { role, pid: child.pid ?? 0 });
    this.#watch(child);
    child.on('message', (message) => void this.#receive(message as FromRole));
    child.once('exit', (code, signal) => {
      this.ready = false;
      this.sessions = [];
      this.metrics = {};
      this.network = undefined;
      clearInterval(this.#probe);
      if (this.#stopping) return;
      this.#options.record('role.ended', { role, how: signal ?? String(code) });
      if (Date.now() - startedAt > STEADY_MS) this.#failures = 0;
      this.#failures += 1;
      const wait = backoffMs(BACKOFF_MS, this.#failures, Math.random());
      this.restarts += 1;
      this.#options.log.warn({ role, code, signal, restartInMs: Math.round(wait) }, 'a role ended by itself');
      this.#restart = setTimeout(() => this.#start(), wait);
    });
    this.#send({
      type: 'start',
      role,
      identity: identity(),
      publicTls: publicTls(),
      seal: seal(),
      snapshot: snapshot(),
      listen: { ...listen, port },
      peers: this.#options.peers?.() ?? [],
      logLevel,
    });
  }

  /** Nothing of ours but where programs are and how text is written: what a role needs comes over its channel. */
  #environment(): NodeJS.ProcessEnv {
    const tokens = isTokenUri(this.#options.identity().key) ? TOKEN_VARIABLES : [];
    const names = [
      ...tokens,
      'PATH',
      'LANG',
      'LC_ALL',
      'TZ',
      'HOME',
      'NODE_COMPILE_CACHE',
      'NODE_EXTRA_CA_CERTS',
    ];
    return Object.fromEntries(
      names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
    );
  }

  /** A process that lives and does nothing is as bad as none: it is asked, and killed when it does not answer. */
  #watch(child: ChildProcess): void {
    const { every, patience } = this.#options.probe ?? PROBE_MS;
    clearInterval(this.#probe);
    this.#answeredAt = performance.now();
    let n = 0;
    let askedAt = performance.now();
    this.#probe = setInterval(() => {
      const now = performance.now();
      // When this process itself stood still, the answers are still in the channel.
      if (now - askedAt > 2 * every) this.#answeredAt = now;
      askedAt = now;
      if (now - this.#answeredAt > patience) {
        const { role } = this;
        this.#options.log.warn({ role, pid: child.pid }, 'a role does not answer any more and is killed');
        this.#options.record('role.unresponsive', { role, pid: child.pid ?? 0 });
        child.kill('SIGKILL');
        return;
      }
      n += 1;
      this.#send({ type: 'ping', n });
    }, every);
    this.#probe.unref();
  }

  #send(message: ToRole): void {
    // One that ends in this moment has no need of it.
    if (this.#child?.connected) this.#child.send(message, () => {});
  }

  async #receive(message: FromRole): Promise<void> {
    const { control, changed } = this.#options;
    this.#answeredAt = performance.now();
    switch (message.type) {
      case 'pong':
        return;
      case 'ready':
        this.ready = true;
        this.endpoint = message.endpoint;
        return changed();
      case 'status': {
        const hasOthers = message.sessions.length !== this.sessions.length;
        this.sessions = message.sessions;
        this.metrics = message.metrics;
        if (hasOthers) changed();
        return;
      }
      case 'network':
        this.network = message.report;
        return;
      case 'start-session':
        return this.#answer(message.id, async () => ({
          ok: true,
          started: await control.startSession(message.session),
        }));
      case 'report':
        return this.#answer(message.id, async () => {
          await control.report(message.session, message.report);
          return { ok: true };
        });
      case 'put-part':
        return this.#answer(message.id, async () => {
          await control.putPart(message.recording, message.part);
          return { ok: true };
        });
    }
  }

  async #answer(id: number, work: () => Promise<Outcome>): Promise<void> {
    const outcome = await work().catch((error: unknown): Outcome => {
      const refusal = error instanceof Refusal ? error : new Refusal('internal');
      return { ok: false, code: refusal.code, message: refusal.message };
    });
    this.#send({ type: 'answer', id, outcome });
  }
}
