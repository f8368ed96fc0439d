/** One session on this service node: its remote side, the attachments that come and go, and who of them is in control. */
import type { ControlChange, SessionStart } from '../../schema/api/nodes.ts';
import { type Channel, LATEST_CHANNELS } from '../../schema/channel.ts';
import type { AttachmentId } from '../../schema/ids.ts';
import { FLOW_CANCELLED, Refusal } from '../../schema/refusal.ts';
import type { SessionState } from '../../schema/session.ts';
import { NO_SESSION_POLICY, type SessionPolicy } from '../../schema/session-policy.ts';
import type { DataPlaneClaims } from '../../schema/tokens/data-plane.ts';
import { encodeMessage } from '../../schema/wire/message.ts';
import type { PendingChannel, RemoteSession } from '../adapters/adapter.ts';
import { GatedStream } from '../channel/gates.ts';
import { acknowledgeOnly } from '../channel/latest/directions.ts';
import { ASKS_FIRST, mute } from '../channel/one-way.ts';
import { answerRefusal, refuseStream } from '../transport/refuse.ts';
import type { ByteStream } from '../transport/transport.ts';
import { admission, type Seat, type Terms } from './admission.ts';
import { Questions } from './questions.ts';
import { SessionClock } from './session-clock.ts';

/** A session nobody attached to for so long ends, milliseconds. */
export const DETACHED_MS = 12 * 3600 * 1000;

/** What an observer may open: to look at, never to send by. */
const OBSERVED: ReadonlySet<Channel> = new Set(['terminal', 'render']);
/** What no recording shows. */
const UNRECORDED: ReadonlySet<Channel> = new Set(['stream', 'render', 'vpn_packets']);

export interface Attachment {
  readonly claims: DataPlaneClaims;
  /** Sends on the control channel. */
  readonly tell: (message: object) => void;
  /** Ends its channels. */
  readonly finish: (code: number) => void;
}

export interface LiveSessionEvents {
  state(state: SessionState, reason?: string): void;
  /** Who controls, shares or watches is another. */
  control(change: ControlChange, state: SessionState): void;
  over(session: LiveSession): void;
}

export interface LiveSessionOptions {
  readonly start: SessionStart;
  readonly remote: RemoteSession;
  readonly events: LiveSessionEvents;
  readonly now: () => number;
  /** What happens on its terminals is being recorded. */
  readonly isRecorded: () => boolean;
}

export class LiveSession {
  readonly start: SessionStart;
  readonly #policy: SessionPolicy;
  readonly #remote: RemoteSession;
  readonly #events: LiveSessionEvents;
  readonly #isRecorded: () => boolean;
  readonly #attachments = new Map<AttachmentId, Attachment>();
  /** Those whose path died and who may come back by another. */
  readonly #away = new Set<AttachmentId>();
  readonly #questions = new Questions();
  readonly #clock: SessionClock;
  #changes = 0;
  #state: SessionState = 'starting';
  #idle: NodeJS.Timeout | undefined;

  constructor({ start, remote, events, now, isRecorded }: LiveSessionOptions) {
    this.start = start;
    this.#policy = start.policy ?? NO_SESSION_POLICY;
    this.#remote = remote;
    this.#events = events;
    this.#isRecorded = isRecorded;
    this.#clock = new SessionClock(this.#policy, now, {
      warn: (limit, seconds) => this.#tellAll({ type: 'warning', limit, seconds }),
      end: (reason) => this.end('terminated', reason),
    });
    void remote.ended.then((why) => this.end('terminated', why));
  }

  get state(): SessionState {
    return this.#state;
  }

  /** The token speaks of this very session. @throws Refusal */
  admit(claims: DataPlaneClaims): void {
    if (claims.org !== this.start.org) throw new Refusal('token_wrong_org');
    if (claims.resource !== this.start.resource) throw new Refusal('token_wrong_resource');
    if (claims.generation !== this.start.generation) throw new Refusal('stale_generation');
  }

  /** Whether there is room for what the token names; asks whoever is in control where the policy says so. @throws Refusal */
  async seat(claims: DataPlaneClaims): Promise<void> {
    try {
      const answer = this.#admission(claims);
      if (answer.kind === 'enter') return;
      const whom = this.#attachments.get(answer.whom);
      const question = { attachment: claims.attachment, name: claims.name, of: answer.whom };
      const allowed = await this.#questions.ask(question, (message) => whom?.tell(message));
      if (!(allowed ?? this.#policy.unanswered === 'allow')) throw new Refusal('takeover_refused');
    } catch (error) {
      if (error instanceof Refusal) this.#changed(claims.attachment, 'refused');
      throw error;
    }
    if (this.#isOver) throw new Refusal('session_ended');
  }

  /** Whoever is in control answers somebody who wants it. */
  answer(from: AttachmentId, about: AttachmentId, allow: boolean): void {
    this.#questions.answer(from, about, allow);
  }

  attach(attachment: Attachment): void {
    const { attachment: id, role, name } = attachment.claims;
    clearTimeout(this.#idle);
    if (role === 'controller' && this.#terms.hasControl) this.#depose(name);
    this.#attachments.set(id, attachment);
    this.#move('active');
    this.#clock.input();
    this.#changed(id, role === 'controller' ? 'control' : role === 'shared' ? 'share' : 'observe');
    this.#tellPeople();
  }

  /** An attachment lost its path, or has one again. Its channels wait. */
  pathOf(id: AttachmentId, isLive: boolean): void {
    if (!this.#attachments.has(id) || this.#isOver) return;
    if (isLive) this.#away.delete(id);
    else this.#away.add(id);
    this.#move(this.#away.size < this.#attachments.size ? 'active' : 'detached');
    this.#tellPeople();
  }

  /** Its channels end with it. The session lives on if something of it must. */
  detach(id: AttachmentId): void {
    const attachment = this.#attachments.get(id);
    if (!attachment) return;
    this.#leave(attachment, FLOW_CANCELLED);
    if (this.#isOver) return;
    if (this.#attachments.size > 0) {
      if (this.#away.size === this.#attachments.size) this.#move('detached');
      return this.#tellPeople();
    }
    if (!this.#remote.lasting) return this.end('terminated', 'the last client left');
    this.#move('detached');
    this.#idle = setTimeout(() => this.end('terminated', 'nobody attached for too long'), DETACHED_MS);
    this.#idle.unref();
  }

  /** What is recorded, or is not any more, is for everybody to see. */
  recordingChanged(): void {
    this.#tellPeople();
  }

  /** Serves one channel; a refusal is told to the client on the channel itself. */
  async serve(
    channel: Channel,
    params: unknown,
    { grant: given, clipboard }: Pick<PendingChannel, 'grant' | 'clipboard'>,
    stream: ByteStream,
    by: Pick<DataPlaneClaims, 'role'>,
  ): Promise<void> {
    const isObserver = by.role === 'observer';
    // Whatever its token grants: who watches sends nothing.
    const grant = isObserver ? { send: false, receive: given.receive } : given;
    let accepted = false;
    try {
      if (isObserver && !OBSERVED.has(channel)) throw new Refusal('channel_not_allowed');
      if (this.#policy.recording === 'required' && UNRECORDED.has(channel))
        throw new Refusal('recording_unavailable', 'this resource is recorded, and this channel can not be');
      await this.#remote.serve({
        channel,
        params,
        grant,
        role: by.role,
        clipboard: isObserver ? undefined : clipboard,
        accept: () => {
          accepted = true;
          stream.write(encodeMessage({ type: 'opened' }));
          if (ASKS_FIRST.has(channel)) return stream;
          if (LATEST_CHANNELS.has(channel)) return acknowledgeOnly(stream, grant);
          // What may not be sent ends here, before any adapter; what may not be received is not sealed.
          if (!grant.send) stream.stop(new Refusal('channel_not_allowed').flowCode);
          const allowed = grant.receive ? stream : mute(stream);
          return grant.send ? this.#watched(allowed) : allowed;
        },
      });
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal('internal', undefined, { cause: error });
      if (accepted) refuseStream(stream, refusal.flowCode);
      else answerRefusal(stream, refusal);
    }
  }

  end(state: 'terminated' | 'failed', reason: string): void {
    if (this.#isOver) return;
    clearTimeout(this.#idle);
    this.#clock.close();
    this.#questions.close();
    this.#move(state, reason);
    for (const { tell, finish } of this.#attachments.values()) {
      tell({ type: 'ended', reason });
      finish(FLOW_CANCELLED);
    }
    this.#attachments.clear();
    void this.#remote.close();
    this.#events.over(this);
  }

  get #isOver(): boolean {
    return this.#state === 'terminated' || this.#state === 'failed';
  }

  get #terms(): Terms {
    const { holder, target } = this.start;
    return { policy: this.#policy, holder, hasControl: target.protocol !== 'tcp' };
  }

  /** What comes from its client keeps the session from idling out. */
  #watched(stream: ByteStream): ByteStream {
    const gates = {
      read: () => {
        this.#clock.input();
        return true;
      },
      write: () => true,
    };
    return new GatedStream(stream, gates, { datagrams: stream.datagrams });
  }

  #admission({ attachment, sub, role }: DataPlaneClaims) {
    const seats = [...this.#attachments].map(([id, { claims }]): Seat => {
      return { attachment: id, who: claims.sub, role: claims.role, away: this.#away.has(id) };
    });
    return admission(this.#terms, seats, { attachment, who: sub, role });
  }

  /** Whoever was in control is out, and told by whom. */
  #depose(by: string): void {
    const before = [...this.#attachments.values()].filter(({ claims }) => claims.role === 'controller');
    for (const attachment of before) {
      attachment.tell({ type: 'deposed', by });
      this.#leave(attachment, new Refusal('conflict').flowCode);
    }
  }

  #leave(attachment: Attachment, code: number): void {
    const { attachment: id } = attachment.claims;
    this.#attachments.delete(id);
    this.#away.delete(id);
    this.#questions.gone(id);
    attachment.finish(code);
    if (!this.#isOver) this.#changed(id, 'left');
  }

  #changed(attachment: AttachmentId, change: ControlChange['change']): void {
    this.#changes += 1;
    this.#events.control({ number: this.#changes, attachment, change }, this.#state);
  }

  #tellPeople(): void {
    const people = [...this.#attachments].map(
      ([
        attachment,
        {
          claims: { name, role },
        },
      ]) => {
        return { attachment, name, role, away: this.#away.has(attachment) };
      },
    );
    this.#tellAll({ type: 'people', people, recorded: this.#isRecorded() });
  }

  #tellAll(message: object): void {
    for (const { tell } of this.#attachments.values()) tell(message);
  }

  #move(state: SessionState, reason?: string): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#events.state(state, reason);
  }
}
