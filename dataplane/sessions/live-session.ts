/** One session on this service node: its remote side, and the attachments that come and go. */
import type { SessionStart } from '../../schema/api/nodes.ts';
import { type Channel, LATEST_CHANNELS } from '../../schema/channel.ts';
import type { AttachmentId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { SessionState } from '../../schema/session.ts';
import type { DataPlaneClaims } from '../../schema/tokens/data-plane.ts';
import { encodeMessage } from '../../schema/wire/message.ts';
import type { PendingChannel, RemoteSession } from '../adapters/adapter.ts';
import { acknowledgeOnly } from '../channel/latest/directions.ts';
import { ASKS_FIRST, mute } from '../channel/one-way.ts';
import { answerRefusal, refuseStream } from '../transport/refuse.ts';
import type { ByteStream } from '../transport/transport.ts';

/** A session nobody attached to for so long ends, milliseconds. */
export const DETACHED_MS = 12 * 3600 * 1000;

export interface Attachment {
  readonly claims: DataPlaneClaims;
  /** Sends on the control channel. */
  readonly tell: (message: object) => void;
  /** Ends its channels. */
  readonly finish: () => void;
}

export interface LiveSessionEvents {
  state(state: SessionState, reason?: string): void;
  over(session: LiveSession): void;
}

export class LiveSession {
  readonly start: SessionStart;
  readonly #remote: RemoteSession;
  readonly #events: LiveSessionEvents;
  readonly #attachments = new Map<AttachmentId, Attachment>();
  /** Those whose path died and who may come back by another. */
  readonly #away = new Set<AttachmentId>();
  #state: SessionState = 'starting';
  #idle: NodeJS.Timeout | undefined;

  constructor(start: SessionStart, remote: RemoteSession, events: LiveSessionEvents) {
    this.start = start;
    this.#remote = remote;
    this.#events = events;
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

  attach(attachment: Attachment): void {
    clearTimeout(this.#idle);
    this.#attachments.set(attachment.claims.attachment, attachment);
    this.#move('active');
  }

  /** An attachment lost its path, or has one again. Its channels wait. */
  pathOf(id: AttachmentId, isLive: boolean): void {
    if (!this.#attachments.has(id) || this.#isOver) return;
    if (isLive) this.#away.delete(id);
    else this.#away.add(id);
    this.#move(this.#away.size < this.#attachments.size ? 'active' : 'detached');
  }

  /** Its channels end with it. The session lives on if something of it must. */
  detach(id: AttachmentId): void {
    const attachment = this.#attachments.get(id);
    if (!attachment) return;
    this.#attachments.delete(id);
    this.#away.delete(id);
    attachment.finish();
    if (this.#isOver) return;
    if (this.#attachments.size > 0) {
      if (this.#away.size === this.#attachments.size) this.#move('detached');
      return;
    }
    if (!this.#remote.lasting) return this.end('terminated', 'the last client left');
    this.#move('detached');
    this.#idle = setTimeout(() => this.end('terminated', 'nobody attached for too long'), DETACHED_MS);
    this.#idle.unref();
  }

  /** Serves one channel; a refusal is told to the client on the channel itself. */
  async serve(
    channel: Channel,
    params: unknown,
    { grant, clipboard }: Pick<PendingChannel, 'grant' | 'clipboard'>,
    stream: ByteStream,
  ): Promise<void> {
    let accepted = false;
    try {
      await this.#remote.serve({
        channel,
        params,
        grant,
        clipboard,
        accept: () => {
          accepted = true;
          stream.write(encodeMessage({ type: 'opened' }));
          if (ASKS_FIRST.has(channel)) return stream;
          if (LATEST_CHANNELS.has(channel)) return acknowledgeOnly(stream, grant);
          // What may not be sent ends here, before any adapter; what may not be received is not sealed.
          if (!grant.send) stream.stop(new Refusal('channel_not_allowed').flowCode);
          return grant.receive ? stream : mute(stream);
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
    this.#move(state, reason);
    for (const { tell, finish } of this.#attachments.values()) {
      tell({ type: 'ended', reason });
      finish();
    }
    this.#attachments.clear();
    void this.#remote.close();
    this.#events.over(this);
  }

  get #isOver(): boolean {
    return this.#state === 'terminated' || this.#state === 'failed';
  }

  #move(state: SessionState, reason?: string): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#events.state(state, reason);
  }
}
