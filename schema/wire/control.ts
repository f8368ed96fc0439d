/** The control channel, sealed, after `attached`: small messages both ways on one stream. */
import { z } from 'zod';
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
]);
export type ControlRequest = z.infer<typeof ControlRequest>;

/** Service to client. `gone`: a channel the client wants to go on with is over here. After `ended` the session is over and the stream finishes. */
export const ControlEvent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('pong'), id: PingId }),
  z.strictObject({ type: z.literal('gone'), channel: ChannelNumber }),
  ChannelAbort,
  z.strictObject({ type: z.literal('ended'), reason: z.string().max(1024) }),
]);
export type ControlEvent = z.infer<typeof ControlEvent>;
