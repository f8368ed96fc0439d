/** The channels of one attachment, at one of its ends: the control channel, and those that come and go. */
import { DATAGRAM_CHANNELS } from '../../schema/channel.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { ChannelAbort } from '../../schema/wire/control.ts';
import { encodeMessage } from '../../schema/wire/message.ts';
import { SealedChannel } from './channel.ts';
import { type AttachmentKeys, type ChannelName, CONTROL } from './keys.ts';
import { SealedDatagrams } from './sealed-datagrams.ts';

export interface ChannelsOwner {
  /** A path ended before a channel that was on it did, or brought what the other end did not seal. */
  lost(channel: SealedChannel, broken: boolean): void;
  /** A channel is over. */
  done?(channel: SealedChannel): void;
}

export class SealedChannels {
  readonly control: SealedChannel;
  readonly #keys: AttachmentKeys;
  readonly #owner: ChannelsOwner;
  readonly #live = new Map<number, { readonly name: ChannelName; readonly channel: SealedChannel }>();
  #highest = 0;

  static async start(keys: AttachmentKeys, owner: ChannelsOwner): Promise<SealedChannels> {
    const { sealer, opener } = await keys.channel(CONTROL);
    const control: SealedChannel = new SealedChannel(CONTROL.number, sealer, opener, {
      abort: () => {},
      lost: (broken) => owner.lost(control, broken),
      done: () => {},
    });
    return new SealedChannels(keys, control, owner);
  }

  constructor(keys: AttachmentKeys, control: SealedChannel, owner: ChannelsOwner) {
    this.#keys = keys;
    this.control = control;
    this.#owner = owner;
  }

  /** @param name of a number that was never used here */
  async open(name: ChannelName): Promise<SealedChannel> {
    const { number } = name;
    this.#highest = Math.max(this.#highest, number);
    const { sealer, opener } = await this.#keys.channel(name);
    const channel: SealedChannel = new SealedChannel(number, sealer, opener, {
      abort: (half, code) => this.tell({ type: 'abort', half, channel: number, code }),
      lost: (broken) => this.#owner.lost(channel, broken),
      done: () => {
        this.#live.delete(number);
        this.#owner.done?.(channel);
      },
    });
    if (DATAGRAM_CHANNELS.has(name.kind))
      channel.datagrams = new SealedDatagrams(channel.pathDatagrams, await this.#keys.datagrams(name));
    this.#live.set(number, { name, channel });
    return channel;
  }

  /** Says something on the control channel. */
  tell(message: object): void {
    this.control.write(encodeMessage(message));
  }

  get size(): number {
    return this.#live.size;
  }

  get live(): readonly { readonly name: ChannelName; readonly channel: SealedChannel }[] {
    return [...this.#live.values()];
  }

  /** The highest number so far. */
  get highest(): number {
    return this.#highest;
  }

  find(number: number): SealedChannel | undefined {
    return this.#live.get(number)?.channel;
  }

  aborted({ channel, half, code }: ChannelAbort): void {
    this.find(channel)?.aborted(half, code);
  }

  /** Ends a channel at both ends, wherever it stands. */
  abandon(channel: SealedChannel, code: number): void {
    for (const half of ['sending', 'receiving'] as const)
      this.tell({ type: 'abort', half, channel: channel.id, code });
    channel.kill(code);
  }

  /** Of those up to a number the other end knows no others any more. */
  keepOnly(numbers: readonly number[], upTo: number): void {
    const kept = new Set(numbers);
    for (const { name, channel } of this.live)
      if (name.number <= upTo && !kept.has(name.number)) channel.gone(new Refusal('unavailable').flowCode);
  }

  /** Where a channel goes on, sealed for this path. Once per path. */
  async point({ kind, number }: ChannelName, channel: SealedChannel, path: number): Promise<Uint8Array> {
    return this.#keys.sealPoint({ kind, number }, path, await channel.point());
  }

  /** @throws Refusal `seal_broken` */
  openPoint(name: ChannelName, path: number, sealed: Uint8Array): Promise<number> {
    return this.#keys.openPoint(name, path, sealed);
  }

  /** The path is over: all wait for the next. */
  leave(): void {
    this.control.leave();
    for (const { channel } of this.#live.values()) channel.leave();
  }

  /** The attachment is over. */
  close(code: number): void {
    for (const { channel } of this.live) channel.kill(code);
    this.control.kill(code);
  }
}
