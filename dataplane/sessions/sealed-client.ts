/** A client at its service node: the sealed channels of one attachment, and the paths they come by. Paths come and go; it is given up when none came for too long. */
import { TRAFFIC_CLASS } from '../../schema/channel.ts';
import { FLOW_CANCELLED, Refusal } from '../../schema/refusal.ts';
import type { DataPlaneClaims } from '../../schema/tokens/data-plane.ts';
import type { ChannelOpen } from '../../schema/wire/channel.ts';
import { MAX_CHANNELS } from '../../schema/wire/control.ts';
import { encodeMessage } from '../../schema/wire/message.ts';
import { RESUME_MS } from '../channel/attachment-life.ts';
import type { SealedChannel } from '../channel/channel.ts';
import { type AttachmentKeys, CONTROL } from '../channel/keys.ts';
import { SeenNumbers } from '../channel/resume.ts';
import { type ChannelsOwner, SealedChannels } from '../channel/sealed-channels.ts';
import type { ByteStream } from '../transport/transport.ts';

/** Records that the client did not seal, before the attachment is given up. */
const MAX_BROKEN = 8;

export interface SealedClientEvents {
  /** There is no path any more, or there is one again. */
  path(isLive: boolean): void;
  /** It is not coming back, or what comes is not sealed by it. */
  gone(why: Refusal): void;
}

export class SealedClient {
  readonly claims: DataPlaneClaims;
  readonly channels: SealedChannels;
  readonly #events: SealedClientEvents;
  readonly #seen = new SeenNumbers();
  /** Channels that found the path of the moment. */
  readonly #joined = new Set<number>();
  #path = 0;
  #broken = 0;
  #patience: NodeJS.Timeout | undefined;
  #closing = false;
  #over = false;

  static async start(
    claims: DataPlaneClaims,
    keys: AttachmentKeys,
    stream: ByteStream,
    events: SealedClientEvents,
  ): Promise<SealedClient> {
    const owner: ChannelsOwner = { lost: () => {} };
    const channels = await SealedChannels.start(keys, owner);
    const client = new SealedClient(claims, channels, events);
    owner.lost = (channel, broken) => client.#lost(channel, broken);
    owner.done = (channel) => client.#ended(channel);
    channels.control.setClass(TRAFFIC_CLASS.control);
    channels.control.join(stream, 0);
    return client;
  }

  constructor(claims: DataPlaneClaims, channels: SealedChannels, events: SealedClientEvents) {
    this.claims = claims;
    this.channels = channels;
    this.#events = events;
  }

  /** Goes on over another path, whose client has proven the token's key. @throws Refusal */
  async resume(stream: ByteStream, path: number, point: Uint8Array, relays: number): Promise<void> {
    if (path <= this.#path || this.#over) throw new Refusal('stale_generation', 'a newer path exists');
    const next = await this.channels.openPoint(CONTROL, path, point);
    if (path <= this.#path || this.#over) throw new Refusal('stale_generation', 'a newer path exists');
    this.#path = path;
    this.#joined.clear();
    this.channels.leave();
    this.#wait();
    const ours = await this.channels.point(CONTROL, this.channels.control, path);
    if (path !== this.#path || this.#over) throw new Refusal('stale_generation', 'a newer path exists');
    stream.write(encodeMessage({ type: 'resumed', relays, point: ours }));
    if (!this.channels.control.join(stream, next)) throw new Refusal('seal_broken');
    if (!this.#closing) clearTimeout(this.#patience);
    this.#events.path(true);
  }

  /** @returns the channel when it is new; undefined when it went over to this path. @throws Refusal */
  async channel(open: ChannelOpen, stream: ByteStream): Promise<SealedChannel | undefined> {
    const { channel: kind, number, path, point } = open;
    if (path !== this.#path || this.#over) throw new Refusal('stale_generation', 'a newer path exists');
    if (this.#closing) throw new Refusal('session_ended');
    if (this.#joined.has(number)) throw new Refusal('seal_broken', 'this channel has a stream already');
    this.#joined.add(number);
    const known = this.channels.find(number);
    if (!known && this.#seen.has(number)) {
      if (point) this.channels.tell({ type: 'gone', channel: number });
      throw new Refusal('conflict', 'this channel is over');
    }
    if (known && !point) throw new Refusal('seal_broken', 'this channel exists already');
    if (!known && this.channels.size >= MAX_CHANNELS) throw new Refusal('overloaded');
    const next = point ? await this.channels.openPoint({ kind, number }, path, point) : 0;
    const channel = known ?? (await this.#begin(kind, number));
    const ours = point ? { point: await this.channels.point({ kind, number }, channel, path) } : {};
    if (path !== this.#path || this.#over) throw new Refusal('stale_generation', 'a newer path exists');
    stream.write(encodeMessage({ type: 'joined', ...ours }));
    if (!channel.isDone && !channel.join(stream, next)) throw new Refusal('seal_broken');
    return known ? undefined : channel;
  }

  /** Its channels are over. What was said on the control channel still gets there, by another path if it must. */
  finish(code: number): void {
    if (this.#closing || this.#over) return;
    this.#closing = true;
    for (const { channel } of this.channels.live) channel.kill(code);
    this.channels.control.end();
    this.#wait();
  }

  /** The client knows: nothing is waited for. */
  drop(): void {
    this.finish(FLOW_CANCELLED);
    this.#over = true;
    clearTimeout(this.#patience);
  }

  async #begin(kind: ChannelOpen['channel'], number: number): Promise<SealedChannel> {
    const channel = await this.channels.open({ kind, number });
    channel.setClass(TRAFFIC_CLASS[kind]);
    return channel;
  }

  /** A number is used when something came that only the client can have sealed. */
  #ended(channel: SealedChannel): void {
    if (channel.count.received > 0) this.#seen.add(channel.id);
  }

  #lost(channel: SealedChannel, broken: boolean): void {
    if (this.#over) return;
    if (broken) this.#broken += 1;
    const isControl = channel === this.channels.control;
    // Not one record was the client's: whoever opened it was not, and the client may still come.
    if (broken && !isControl && channel.count.received === 0)
      channel.kill(new Refusal('seal_broken').flowCode);
    if (this.#broken > MAX_BROKEN) return this.#events.gone(new Refusal('seal_broken'));
    // One channel without its stream: the client knows whether that is the path's end. One that was tampered with is.
    if (!isControl && !broken) return;
    this.channels.leave();
    this.#events.path(false);
    this.#wait();
  }

  #wait(): void {
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => this.#events.gone(new Refusal('unavailable')), RESUME_MS);
    this.#patience.unref();
  }
}
