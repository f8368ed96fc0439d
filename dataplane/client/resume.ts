/** Takes an attachment over to a new path: dials, proves the keys, and goes on with each channel from where it stood. */
import type { SessionTicket } from '../../schema/api/sessions.ts';
import { type Channel, TRAFFIC_CLASS } from '../../schema/channel.ts';
import { Refusal } from '../../schema/refusal.ts';
import { proveToken } from '../../schema/tokens/proof.ts';
import { JoinAnswer } from '../../schema/wire/channel.ts';
import { encodeMessage } from '../../schema/wire/message.ts';
import { ResumeAnswer } from '../../schema/wire/resume.ts';
import type { SealedChannel } from '../channel/channel.ts';
import { type ChannelName, CONTROL } from '../channel/keys.ts';
import type { SealedChannels } from '../channel/sealed-channels.ts';
import { labelsOf } from '../transport/datagram-labels.ts';
import { messageHead, takeHead } from '../transport/head.ts';
import type { Connection } from '../transport/transport.ts';
import { type AttachOptions, dialEntries } from './entries.ts';

const ANSWER_MS = 8_000;

export interface Resuming {
  readonly ticket: SessionTicket;
  readonly keys: CryptoKeyPair;
  readonly options: AttachOptions;
  readonly channels: SealedChannels;
}

export interface Path {
  readonly connection: Connection;
  readonly relays: number;
}

export interface Joining {
  readonly name: ChannelName;
  readonly channel: SealedChannel;
  /** It never had a path. */
  readonly isNew: boolean;
  /** The path is still the attachment's. */
  isCurrent(): boolean;
}

/** A client channel by what its opening says. */
type ClientChannelName = ChannelName & { readonly kind: Exclude<Channel, 'control'> };

/**
 * Takes the control channel over.
 * @param path a number that was never used before
 * @param made a connection that is there already
 * @throws Refusal what entry or service node said; anything else when no answer came
 */
export async function resumePath(
  { ticket, keys, options, channels }: Resuming,
  path: number,
  made?: Connection,
): Promise<Path> {
  const connection = made ?? (await dialEntries(ticket.entries, options));
  try {
    const point = await channels.point(CONTROL, channels.control, path);
    const now = options.now ?? Date.now;
    const proof = await proveToken(ticket.resume, point, keys, now());
    const stream = await connection.openStream(TRAFFIC_CLASS.control);
    stream.write(encodeMessage({ type: 'resume', version: 2, token: ticket.resume, proof, path, point }));
    const { value, stream: rest } = await takeHead(stream, messageHead(ResumeAnswer), ANSWER_MS);
    if (value.type === 'refused') throw new Refusal(value.code, value.message);
    const next = await channels.openPoint(CONTROL, path, value.point);
    if (!channels.control.join(rest, next)) throw new Refusal('seal_broken');
    const live = channels.live.map(({ name }) => name.number);
    channels.tell({ type: 'live', channels: live, upTo: channels.highest });
    return { connection, relays: value.relays };
  } catch (error) {
    channels.leave();
    void connection.close(0, 'not resumed');
    throw error;
  }
}

/**
 * Puts one channel on the path its attachment has now. A new one sends what it has at once, and then hears whether it may.
 * @throws Refusal or ProtocolViolation
 */
export async function joinChannel(
  { ticket, channels }: Resuming,
  connection: Connection,
  path: number,
  { name: { kind, number }, channel, isNew, isCurrent }: Joining,
): Promise<void> {
  const name = { kind, number } as ClientChannelName;
  const point = isNew ? undefined : await channels.point(name, channel, path);
  const stream = await connection.openStream(TRAFFIC_CLASS[name.kind]);
  stream.datagrams = labelsOf(connection).of(number, TRAFFIC_CLASS[name.kind]);
  const opening = { type: 'channel', attachment: ticket.attachment, channel: kind, number, path };
  stream.write(encodeMessage({ ...opening, ...(point ? { point } : {}) }));
  const from = isNew ? channel.sendAhead(stream) : undefined;
  const { value, stream: rest } = await takeHead(stream, messageHead(JoinAnswer), ANSWER_MS);
  if (value.type === 'refused') throw new Refusal(value.code, value.message);
  if ((value.point === undefined) !== isNew) throw new Refusal('seal_broken');
  const next = value.point ? await channels.openPoint(name, path, value.point) : 0;
  // The answer may have been opened when this path was over already, and the channel on another.
  if (!isCurrent()) throw new Refusal('stale_generation', 'a newer path exists');
  if (!channel.isDone && !channel.join(rest, next, from)) throw new Refusal('seal_broken');
}
