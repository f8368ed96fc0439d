/** Keeps one process running per assigned role: starts it, feeds it, restarts it with backoff, stops it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { TlsIdentity } from '../../dataplane/quic/quic.ts';
import type { Listen, SealSecret } from '../../dataplane/roles/role.ts';
import type { HeldSession, ServiceControl } from '../../dataplane/sessions/control.ts';
import type { SessionId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { NodeRole } from '../../schema/roles.ts';
import type { Snapshot } from '../../schema/snapshot.ts';
import type { FromRole, Outcome, ToRole } from './messages.ts';

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));
const BACKOFF_MS = { first: 250, most: 30_000 } as const;
/** A role that ran for so long starts over with the shortest backoff. */
const STEADY_MS = 60_000;
const STOP_MS = 7_000;

export interface SupervisorOptions {
  readonly role: NodeRole;
  readonly identity: () => TlsIdentity;
  readonly snapshot: () => Snapshot;
  /** What browsers trust; see `RoleContext`. */
  readonly publicTls: () => TlsIdentity | undefined;
  /** For the service role only. */
  readonly seal: () => SealSecret | undefined;
  readonly listen: Listen;
  readonly logLevel: string;
  readonly control: ServiceControl;
  /** Something a heartbeat should tell at once. */
  readonly changed: () => void;
  readonly log: { warn(fields: object, message: string): void };
}

export class RoleSupervisor {
  readonly role: NodeRole;
  endpoint: string | undefined;
  ready = false;
  restarts = 0;
  sessions: HeldSession[] = [];
  metrics: Record<string, number> = {};
  readonly #options: SupervisorOptions;
  #child: ChildProcess | undefined;
  #stopping = false;
  #backoff: number = BACKOFF_MS.first;
  #restart: NodeJS.Timeout | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.role = options.role;
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

  async close(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    child.kill('SIGTERM');
    await exited;
    clearTimeout(late);
  }

  #start(): void {
    const { role, identity, publicTls, seal, snapshot, listen, logLevel } = this.#options;
    const startedAt = Date.now();
    // Once a port was had it is kept, so that neighbours find the role again after a restart.
    const port =
      this.endpoint === undefined
        ? listen.port
        : Number(this.endpoint.slice(this.endpoint.lastIndexOf(':') + 1));
    const child = fork(CHILD, [], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    this.#child = child;
    child.on('message', (message) => void this.#receive(message as FromRole));
    child.once('exit', (code, signal) => {
      this.ready = false;
      this.sessions = [];
      this.metrics = {};
      if (this.#stopping) return;
      if (Date.now() - startedAt > STEADY_MS) this.#backoff = BACKOFF_MS.first;
      const wait = Math.random() * this.#backoff;
      this.#backoff = Math.min(this.#backoff * 2, BACKOFF_MS.most);
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
      logLevel,
    });
  }

  #send(message: ToRole): void {
    if (this.#child?.connected) this.#child.send(message);
  }

  async #receive(message: FromRole): Promise<void> {
    const { control, changed } = this.#options;
    switch (message.type) {
      case 'ready':
        this.ready = true;
        this.endpoint = message.endpoint;
        return changed();
      case 'status':
        this.sessions = message.sessions;
        this.metrics = message.metrics;
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
