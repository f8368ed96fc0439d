/** The control channel, sealed, after `attached`: small messages both ways on one stream. */
import { z } from 'zod';
import { AttachmentId } from '../ids.ts';
import { AttachmentRole } from '../session-policy.ts';
import { ChannelNumber } from './channel.ts';

const PingId = z.int().nonnegative();
const Code = z.int().min(0).max(255);

/** Live channels of one attachment; a further one is refused. */
export const MAX_CHANNELS = 200;

/** Ends half a channel at once, as a QUIC reset or stop does: the sender's half, or what it receives. */
export const ChannelAbort = z.strictObject({
  type: z.literal('abort'),
  half: z.enum(['sending', 'receiving']),
  channel: ChannelNumber,
  code: Code,
});
export type ChannelAbort = z.infer<typeof ChannelAbort>;

/** Everybody who is attached, for everybody who is. */
export const People = z.strictObject({
  type: z.literal('people'),
  people: z
    .array(
      z.strictObject({
        attachment: AttachmentId,
        name: z.string().max(200),
        role: AttachmentRole,
        /** Their path is lost and they may come back. */
        away: z.boolean(),
      }),
    )
    .max(100),
  /** What is shown here is recorded. */
  recorded: z.boolean(),
});
export type People = z.infer<typeof People>;

/** Client to service. `live` follows each resume: older channels that it does not name are over. `detach` leaves the session alive; `terminate` ends it. */
export const ControlRequest = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ping'), id: PingId }),
  z.strictObject({
    type: z.literal('live'),
    channels: z.array(ChannelNumber).max(MAX_CHANNELS),
    /** It speaks of channels up to this number. */
    upTo: z.int().nonnegative(),
  }),
  ChannelAbort,
  z.strictObject({ type: z.literal('detach') }),
  z.strictObject({ type: z.literal('terminate') }),
  /** Of whoever is in control, to an `asked`. */
  z.strictObject({ type: z.literal('answer'), attachment: AttachmentId, allow: z.boolean() }),
]);
export type ControlRequest = z.infer<typeof ControlRequest>;

/** Service to client. `gone`: a channel the client wants to go on with is over here. After `ended` the session is over and the stream finishes. */
export const ControlEvent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('pong'), id: PingId }),
  z.strictObject({ type: z.literal('gone'), channel: ChannelNumber }),
  ChannelAbort,
  z.strictObject({ type: z.literal('ended'), reason: z.string().max(1024) }),
  People,
  /** Somebody wants control: to whoever has it. */
  z.strictObject({
    type: z.literal('asked'),
    attachment: AttachmentId,
    name: z.string().max(200),
    withinMs: z.int().nonnegative(),
  }),
  /** Somebody else is in control now; this attachment is over. */
  z.strictObject({ type: z.literal('deposed'), by: z.string().max(200) }),
  /** The session ends in so many seconds, unless, for `idle`, somebody types. */
  z.strictObject({
    type: z.literal('warning'),
    limit: z.enum(['idle', 'max']),
    seconds: z.int().nonnegative(),
  }),
]);
export type ControlEvent = z.infer<typeof ControlEvent>;
