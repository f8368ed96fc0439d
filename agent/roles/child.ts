/** The process of one role. It gets everything by IPC, nothing by argument or environment, and ends when the agent does. */
import pino from 'pino';
import type { RunningRole } from '../../dataplane/roles/role.ts';
import { ROLES } from '../../dataplane/roles/roles.ts';
import type { ServiceControl } from '../../dataplane/sessions/control.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { FromRole, Outcome, ToRole } from './messages.ts';

const STATUS_MS = 1_000;
const NETWORK_MS = 2_000;
/** How often a role that drains looks whether somebody is still there. */
const DRAIN_LOOK_MS = 50;
/** How long flows are given to leave a role that drains. */
const LEAVE_MS = 300;

const waiting = new Map<number, (outcome: Outcome) => void>();
let nextId = 0;
let role: RunningRole | undefined;
/** What came while the role was starting waits for it, in order: a snapshot that got lost here would be missed until the next change. */
let started: Promise<void> = Promise.resolve();

const send = (message: FromRole) => void (process.connected && process.send?.(message));

type Question =
  | { readonly type: 'start-session' }
  | { readonly type: 'report' }
  | { readonly type: 'put-part' };

function ask(question: Omit<Extract<FromRole, Question>, 'id'>): Promise<Outcome & { ok: true }> {
  const id = nextId;
  nextId += 1;
  return new Promise((resolve, reject) => {
    waiting.set(id, (outcome) =>
      outcome.ok ? resolve(outcome) : reject(new Refusal(outcome.code, outcome.message)),
    );
    send({ ...question, id } as FromRole);
  });
}

const control: ServiceControl = {
  startSession: async (session) => {
    const { started } = await ask({ type: 'start-session', session } as Omit<
      Extract<FromRole, { type: 'start-session' }>,
      'id'
    >);
    if (!started) throw new Refusal('unavailable');
    return started;
  },
  report: async (session, report) => {
    await ask({ type: 'report', session, report } as Omit<Extract<FromRole, { type: 'report' }>, 'id'>);
  },
  putPart: async (recording, part) => {
    await ask({ type: 'put-part', recording, part } as Omit<Extract<FromRole, { type: 'put-part' }>, 'id'>);
  },
};

async function start({
  role: name,
  identity,
  publicTls,
  seal,
  snapshot,
  listen,
  peers,
  logLevel,
}: Extract<ToRole, { type: 'start' }>): Promise<void> {
  // The agent would not; who could make it start another role than the signed snapshot assigns does not get it from us.
  if (!snapshot.roles.includes(name)) throw new Error(`the role ${name} is not assigned to this node`);
  const log = pino({ level: logLevel, base: { role: name, node: snapshot.node } }, pino.destination(2));
  role = await ROLES[name]({
    identity,
    publicTls,
    seal,
    snapshot,
    listen,
    peers,
    control,
    log,
    now: Date.now,
  });
  const running = role;
  send({ type: 'ready', endpoint: running.endpoint });
  const status = () => send({ type: 'status', sessions: running.sessions(), metrics: running.metrics() });
  setInterval(status, STATUS_MS).unref();
  const network = () => {
    const report = running.network?.();
    if (report) send({ type: 'network', report });
  };
  setInterval(network, NETWORK_MS).unref();
}

function receive(message: ToRole): void {
  switch (message.type) {
    case 'start':
      started = start(message);
      return;
    case 'snapshot':
      return void started.then(() => role?.update(message.snapshot));
    case 'identity':
      return void started.then(() => role?.setIdentity(message.identity, message.publicTls));
    case 'end-session':
      return void started.then(() => role?.endSession(message.session));
    case 'ping':
      return send({ type: 'pong', n: message.n });
    case 'drain':
      return void drain(message.deadlineMs);
    case 'answer':
      waiting.get(message.id)?.(message.outcome);
      waiting.delete(message.id);
  }
}

async function drain(deadlineMs: number): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  role?.drain?.();
  // Neighbours hear of it and go other ways before it is gone.
  await new Promise((resolve) => setTimeout(resolve, Math.min(deadlineMs, LEAVE_MS)));
  const isUsed = () => role?.sessions().some(({ state }) => state === 'active') ?? false;
  while (isUsed() && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, DRAIN_LOOK_MS));
  stop();
}

let stopping = false;
function stop(): void {
  if (stopping) return;
  stopping = true;
  const late = setTimeout(() => process.exit(1), 5_000);
  late.unref();
  void Promise.resolve(role?.close()).finally(() => process.exit(0));
}

process.on('message', receive);
process.once('disconnect', stop);
process.once('SIGTERM', stop);
// Ctrl-C reaches the whole group; the agent says when to stop.
process.on('SIGINT', () => {});
