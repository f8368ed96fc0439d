/** All sessions of a service node: lets clients in after checking everything again, starts what is asked for the first time, ends what must end. */
import { TRAFFIC_CLASS } from '../../schema/channel.ts';
import type { AttachmentId, NodeId, SessionId } from '../../schema/ids.ts';
import { FLOW_CANCELLED, ProtocolViolation, Refusal } from '../../schema/refusal.ts';
import {
  authorizeChannel,
  authorizeService,
  type DataPlaneClaims,
  type DataPlaneVerifier,
  UsedTokens,
} from '../../schema/tokens/data-plane.ts';
import { verifyProof } from '../../schema/tokens/proof.ts';
import { type Attach, type ChannelOpen, ClientOpening } from '../../schema/wire/attach.ts';
import { ControlRequest } from '../../schema/wire/control.ts';
import { encodeMessage } from '../../schema/wire/message.ts';
import { type Adapters, openRemote } from '../adapters/adapter.ts';
import { messageHead, takeHead } from '../transport/head.ts';
import { exchangeMessages } from '../transport/messages.ts';
import { answerRefusal, refuseStream } from '../transport/refuse.ts';
import type { ByteStream } from '../transport/transport.ts';
import type { HeldSession, Log, ServiceControl } from './control.ts';
import { type Attachment, LiveSession } from './live-session.ts';
import { Reporter } from './reporter.ts';

const HEAD_MS = 10_000;
const START_MS = 30_000;
const MAX_SESSIONS = 5_000;

export interface SessionHostOptions {
  readonly node: NodeId;
  readonly adapters: Adapters;
  readonly verify: DataPlaneVerifier;
  readonly control: ServiceControl;
  readonly log: Log;
  readonly now: () => number;
}

export class SessionHost {
  readonly #options: SessionHostOptions;
  readonly #used = new UsedTokens();
  readonly #sessions = new Map<SessionId, Promise<LiveSession>>();
  readonly #live = new Map<SessionId, LiveSession>();
  readonly #attached = new Map<AttachmentId, { session: LiveSession; attachment: Attachment }>();
  readonly #closing = new AbortController();

  constructor(options: SessionHostOptions) {
    this.#options = options;
  }

  /** A flow that ends here. */
  serve(stream: ByteStream, relays: number): void {
    takeHead(stream, messageHead(ClientOpening), HEAD_MS)
      .then(({ value, stream: rest }) =>
        value.type === 'attach' ? this.#attach(value, rest, relays) : this.#channel(value, rest),
      )
      .catch((error: unknown) => {
        if (error instanceof ProtocolViolation)
          return refuseStream(stream, new Refusal('protocol_violation').flowCode);
        const refusal = error instanceof Refusal ? error : new Refusal('internal');
        this.#options.log.info({ code: refusal.code, cause: String(error) }, 'refused');
        answerRefusal(stream, refusal);
      });
  }

  held(): HeldSession[] {
    return [...this.#live].map(([id, { state, start }]) => ({ id, state, generation: start.generation }));
  }

  end(id: SessionId, reason: string): void {
    this.#live.get(id)?.end('terminated', reason);
  }

  metrics(): Record<string, number> {
    return { sessions: this.#live.size, attachments: this.#attached.size };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    for (const session of [...this.#live.values()]) session.end('terminated', 'the service node stops');
  }

  async #attach({ token, proof }: Attach, stream: ByteStream, relays: number): Promise<void> {
    stream.setClass(TRAFFIC_CLASS.control);
    const claims = await this.#admit(token, proof);
    const resumed = this.#live.has(claims.session);
    const session = await this.#sessionOf(claims);
    session.admit(claims);
    const { attachment: id } = claims;
    const leave = () => {
      if (!this.#attached.delete(id)) return;
      session.detach(id);
      stream.end();
      stream.stop(FLOW_CANCELLED);
    };
    stream.write(
      encodeMessage({ type: 'attached', session: claims.session, attachment: id, relays, resumed }),
    );
    const tell = exchangeMessages(stream, ControlRequest, {
      message: (request) => {
        if (request.type === 'ping') tell({ type: 'pong', id: request.id });
        else if (request.type === 'detach') leave();
        else session.end('terminated', 'ended by its user');
      },
      ended: leave,
    });
    const attachment: Attachment = { claims, tell, finish: leave, channels: new Set() };
    this.#attached.set(id, { session, attachment });
    session.attach(attachment);
  }

  async #admit(token: string, proof: string): Promise<DataPlaneClaims> {
    const { verify, now, node } = this.#options;
    const claims = await verify(token, now());
    authorizeService(claims, node);
    await verifyProof(proof, token, claims.cnf.jkt, now());
    this.#used.use(claims, now());
    return claims;
  }

  async #channel(open: ChannelOpen, stream: ByteStream): Promise<void> {
    const known = this.#attached.get(open.attachment);
    if (!known) throw new Refusal('attachment_unknown');
    const grant = authorizeChannel(known.attachment.claims, open.channel);
    stream.setClass(TRAFFIC_CLASS[open.channel]);
    await known.session.serve(known.attachment, open.channel, open.params, grant, stream);
  }

  /** The session, started if this is its first attachment; concurrent ones start it once. */
  #sessionOf(claims: DataPlaneClaims): Promise<LiveSession> {
    const known = this.#sessions.get(claims.session);
    if (known) return known;
    if (this.#sessions.size >= MAX_SESSIONS) throw new Refusal('overloaded');
    const starting = this.#start(claims);
    this.#sessions.set(claims.session, starting);
    starting.catch(() => this.#sessions.delete(claims.session));
    return starting;
  }

  async #start({ session: id, resource, org, generation }: DataPlaneClaims): Promise<LiveSession> {
    const { control, adapters, log } = this.#options;
    const { start, credential } = await control.startSession(id);
    // What the control plane told this node, not what the token says, is what gets opened.
    if (start.session !== id || start.org !== org) throw new Refusal('token_wrong_org');
    if (start.resource !== resource) throw new Refusal('token_wrong_resource');
    if (start.generation !== generation) throw new Refusal('stale_generation');
    const reporter = new Reporter(control, id, () => this.end(id, 'the control plane ended it'));
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(START_MS)]);
    const remote = await openRemote(adapters, start.target, credential, signal).catch((error: unknown) => {
      reporter.report({
        state: 'failed',
        generation,
        reason: error instanceof Refusal ? error.code : 'internal',
      });
      throw error;
    });
    const live = new LiveSession(start, remote, {
      state: (state, reason) => {
        log.info({ session: id, state, reason }, 'session');
        reporter.report({ state, generation, ...(reason === undefined ? {} : { reason }) });
      },
      over: () => {
        this.#live.delete(id);
        this.#sessions.delete(id);
      },
    });
    this.#live.set(id, live);
    return live;
  }
}
