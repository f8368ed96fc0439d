/** All sessions of a service node: lets clients in after checking everything again, starts what is asked for the first time, ends what must end. */
import type { SessionStart } from '../../schema/api/nodes.ts';
import type { PutPart } from '../../schema/api/recordings.ts';
import type { AttachmentId, ClusterId, NodeId, SessionId } from '../../schema/ids.ts';
import { ProtocolViolation, Refusal } from '../../schema/refusal.ts';
import type { Credential } from '../../schema/resource.ts';
import {
  authorizeChannel,
  authorizeService,
  type DataPlaneClaims,
  type DataPlaneVerifier,
  UsedTokens,
} from '../../schema/tokens/data-plane.ts';
import { verifyProof } from '../../schema/tokens/proof.ts';
import { openCredentials } from '../../schema/tokens/session-credential.ts';
import type { Attach } from '../../schema/wire/attach.ts';
import { type ChannelOpen, ChannelParams } from '../../schema/wire/channel.ts';
import { ControlRequest } from '../../schema/wire/control.ts';
import { encodeMessage } from '../../schema/wire/message.ts';
import { ClientOpening } from '../../schema/wire/opening.ts';
import type { Resume } from '../../schema/wire/resume.ts';
import { type Adapters, openRemote } from '../adapters/adapter.ts';
import { type Allowance, Bandwidth } from '../channel/bandwidth/allowance.ts';
import { PacedStream } from '../channel/bandwidth/paced.ts';
import { AttachmentKeys, sealPrologue } from '../channel/keys.ts';
import { nodeAead } from '../channel/node-aead.ts';
import { type DhKeys, respond } from '../channel/noise.ts';
import { messageHead, takeHead } from '../transport/head.ts';
import { exchangeMessages } from '../transport/messages.ts';
import { answerRefusal, refuseStream } from '../transport/refuse.ts';
import type { ByteStream } from '../transport/transport.ts';
import type { HeldSession, Log, ServiceControl } from './control.ts';
import { LiveSession } from './live-session.ts';
import { Recorder } from './recording/recorder.ts';
import { Reporter } from './reporter.ts';
import { SealedClient } from './sealed-client.ts';

/** Each is enforced here; an entry sees only some of a client's channels. */
const LIMITS = ['org', 'protocol', 'user', 'session'] as const;
const HEAD_MS = 10_000;
const START_MS = 30_000;
const MAX_SESSIONS = 5_000;
/** How long the control plane may be away from the end of a recording, milliseconds; and when this node stops. */
const PARTS_MS = 3600_000;
const LAST_PARTS_MS = 2_000;

export interface SessionHostOptions {
  readonly node: NodeId;
  /** What clients seal with; its public half is in their tokens. */
  readonly sealKeys: DhKeys;
  readonly adapters: Adapters;
  readonly verify: DataPlaneVerifier;
  readonly control: ServiceControl;
  readonly log: Log;
  readonly now: () => number;
}

interface Attached {
  readonly session: LiveSession;
  readonly client: SealedClient;
  readonly allowance: Allowance;
}

export class SessionHost {
  readonly #options: SessionHostOptions;
  readonly #used = new UsedTokens();
  readonly #sessions = new Map<SessionId, Promise<LiveSession>>();
  readonly #live = new Map<SessionId, LiveSession>();
  readonly #attached = new Map<AttachmentId, Attached>();
  readonly #bandwidth = new Bandwidth(() => performance.now());
  readonly #closing = new AbortController();
  /** Recordings whose last parts are on their way. */
  readonly #finishing = new Set<Promise<void>>();

  constructor(options: SessionHostOptions) {
    this.#options = options;
  }

  /** A flow that ends here. */
  serve(stream: ByteStream, relays: number): void {
    takeHead(stream, messageHead(ClientOpening), HEAD_MS)
      .then(({ value, stream: rest }) =>
        value.type === 'attach'
          ? this.#attach(value, rest, relays)
          : value.type === 'resume'
            ? this.#resume(value, rest, relays)
            : this.#channel(value, rest),
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

  /** Bytes of channels, and what was held back, by class. */
  bandwidth(): Record<string, number> {
    return this.#bandwidth.metrics();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    for (const session of [...this.#live.values()]) session.end('terminated', 'the service node stops');
    await Promise.all(this.#finishing);
  }

  async #attach({ token, proof, seal }: Attach, stream: ByteStream, relays: number): Promise<void> {
    const { sealKeys } = this.#options;
    const claims = await this.#admit(token, proof, seal);
    const { attachment: id } = claims;
    const prologue = sealPrologue(claims.session, id, token);
    const secrets = await respond(sealKeys, prologue, seal, new Uint8Array(), nodeAead);
    stream.write(encodeMessage({ type: 'sealed', seal: secrets.answer }));
    const client = await SealedClient.start(
      claims,
      new AttachmentKeys(secrets, nodeAead, 'service'),
      stream,
      {
        path: (isLive) => this.#attached.get(id)?.session.pathOf(id, isLive),
        gone: (why) => this.#forget(id, why),
      },
    );
    try {
      await this.#enter(client, relays);
    } catch (error) {
      // From here on only the client is told why.
      const refusal = error instanceof Refusal ? error : new Refusal('internal', undefined, { cause: error });
      this.#options.log.info({ code: refusal.code, cause: String(error) }, 'refused');
      client.channels.tell({ type: 'refused', code: refusal.code, message: refusal.message });
      client.drop();
    }
  }

  async #enter(client: SealedClient, relays: number): Promise<void> {
    const { claims, channels } = client;
    const { attachment: id } = claims;
    const resumed = this.#live.has(claims.session);
    if (!resumed && claims.role !== 'controller')
      throw new Refusal('conflict', 'nobody has begun this session: there is nothing to look at');
    const session = await this.#sessionOf(claims);
    session.admit(claims);
    await session.seat(claims);
    channels.tell({ type: 'attached', session: claims.session, attachment: id, relays, resumed });
    exchangeMessages(channels.control, ControlRequest, {
      message: (request) => this.#asked(request, session, client),
      ended: () => this.#forget(id),
    });
    const allowance = this.#bandwidth.allow(claims, LIMITS);
    this.#attached.set(id, { session, client, allowance });
    const finish = (code: number) => client.finish(code);
    session.attach({ claims, tell: (message) => channels.tell(message), finish });
  }

  #asked(request: ControlRequest, session: LiveSession, { claims, channels }: SealedClient): void {
    switch (request.type) {
      case 'ping':
        return channels.tell({ type: 'pong', id: request.id });
      case 'abort':
        return channels.aborted(request);
      case 'live':
        return channels.keepOnly(request.channels, request.upTo);
      case 'answer':
        return session.answer(claims.attachment, request.attachment, request.allow);
      case 'detach':
        return this.#forget(claims.attachment);
      case 'terminate':
        // Who only looks on leaves; the session is not theirs to end.
        if (claims.role === 'observer') return this.#forget(claims.attachment);
        session.end('terminated', 'ended by its user');
        return this.#forget(claims.attachment);
    }
  }

  /** The attachment is over, and nobody waits to hear of it. */
  #forget(id: AttachmentId, why?: Refusal): void {
    const known = this.#attached.get(id);
    if (!known) return;
    if (why) this.#options.log.info({ attachment: id, code: why.code }, 'an attachment did not come back');
    this.#attached.delete(id);
    known.session.detach(id);
    known.client.drop();
    known.allowance.release();
  }

  async #admit(token: string, proof: string, seal: Uint8Array): Promise<DataPlaneClaims> {
    const { verify, now, node, sealKeys } = this.#options;
    const claims = await verify(token, now());
    authorizeService(claims, node);
    if (claims.seal !== Buffer.from(sealKeys.publicKey).toString('base64url'))
      throw new Refusal('seal_broken', 'the service node has another sealing key now: attach anew');
    await verifyProof(proof, token, seal, claims.cnf.jkt, now());
    this.#used.use(claims, now());
    return claims;
  }

  async #resume({ token, proof, path, point }: Resume, stream: ByteStream, relays: number): Promise<void> {
    const { verify, now, node } = this.#options;
    const claims = await verify(token, now(), 'resume');
    authorizeService(claims, node);
    await verifyProof(proof, token, point, claims.cnf.jkt, now());
    const known = this.#attached.get(claims.attachment);
    if (!known) throw new Refusal('attachment_unknown');
    await known.client.resume(stream, path, point, relays);
  }

  async #channel(open: ChannelOpen, stream: ByteStream): Promise<void> {
    const known = this.#attached.get(open.attachment);
    if (!known) throw new Refusal('attachment_unknown');
    const grant = authorizeChannel(known.client.claims, open.channel);
    const channel = await known.client.channel(open, stream);
    if (!channel) return;
    try {
      const { value, stream: rest } = await takeHead(channel, messageHead(ChannelParams), HEAD_MS);
      const paced = new PacedStream(rest, known.allowance.of(open.channel));
      const { claims } = known.client;
      const may = { grant, clipboard: claims.channels.clipboard };
      await known.session.serve(open.channel, value.params, may, paced, claims);
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      refuseStream(channel, new Refusal('protocol_violation').flowCode);
    }
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

  async #start(claims: DataPlaneClaims): Promise<LiveSession> {
    const { session: id, resource, org, generation } = claims;
    const { control, adapters, log } = this.#options;
    const start = await control.startSession(id);
    // What the control plane told this node, not what the token says, is what gets opened.
    if (start.session !== id || start.org !== org) throw new Refusal('token_wrong_org');
    if (start.resource !== resource) throw new Refusal('token_wrong_resource');
    if (start.generation !== generation) throw new Refusal('stale_generation');
    const reporter = new Reporter(control, id, () => this.end(id, 'the control plane ended it'));
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(START_MS)]);
    let recorder: Recorder | undefined;
    const remote = await this.#recorder(start)
      .then(async (begun) => {
        recorder = begun;
        return openRemote(
          adapters,
          start.target,
          await this.#credentials(claims.cluster, start),
          signal,
          recorder,
        );
      })
      .catch((error: unknown) => {
        if (recorder) this.#finish(recorder);
        reporter.report({
          state: 'failed',
          generation,
          reason: error instanceof Refusal ? error.code : 'internal',
        });
        throw error;
      });
    const live = new LiveSession({
      start,
      remote,
      now: this.#options.now,
      isRecorded: () => recorder?.isRecording ?? false,
      events: {
        state: (state, reason) => {
          log.info({ session: id, state, reason }, 'session');
          reporter.report({ state, generation, ...(reason === undefined ? {} : { reason }) });
        },
        control: (change, state) => reporter.report({ state, generation, control: change }),
        over: () => {
          if (recorder) this.#finish(recorder);
          this.#live.delete(id);
          this.#sessions.delete(id);
        },
      },
    });
    this.#live.set(id, live);
    return live;
  }

  /** What is to be recorded begins before the target is reached. @throws Refusal `recording_unavailable` where it must be */
  async #recorder({ session, policy, recording }: SessionStart): Promise<Recorder | undefined> {
    const { control, now, log } = this.#options;
    const isRequired = policy?.recording === 'required';
    if (!recording) {
      if (isRequired) throw new Refusal('recording_unavailable');
      return undefined;
    }
    const failed = (why: string) => {
      log.warn({ session, why }, 'a recording failed');
      if (isRequired) this.end(session, `it must be recorded, and ${why}`);
      else this.#live.get(session)?.recordingChanged();
    };
    const send = (id: string, part: PutPart) => control.putPart(id, part);
    const withInput = policy?.recordInput ?? false;
    return Recorder.begin({ order: recording, title: session, withInput, now, send, failed }).catch(
      (error: unknown) => {
        if (isRequired) throw error;
        log.warn({ session, cause: String(error) }, 'not recorded');
        return undefined;
      },
    );
  }

  #finish(recorder: Recorder): void {
    const done = recorder.close(this.#closing.signal.aborted ? LAST_PARTS_MS : PARTS_MS).finally(() => {
      this.#finishing.delete(done);
    });
    this.#finishing.add(done);
  }

  /** Sealed to this node and this session alone; what is opened lives no longer than the signing in takes. */
  async #credentials(cluster: ClusterId, start: SessionStart): Promise<Credential[]> {
    const { sealKeys, node } = this.#options;
    const { org, session, generation, nonce, credential } = start;
    if (credential === undefined) return [];
    return openCredentials(sealKeys, { cluster, node, org, session, generation, nonce }, credential);
  }
}
