/** The control channel, after `attach` and `attached`: small messages both ways on one stream. */
import { z } from 'zod';

const PingId = z.int().nonnegative();

/** Client to service. `detach` leaves the session alive; `terminate` ends it. */
export const ControlRequest = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ping'), id: PingId }),
  z.strictObject({ type: z.literal('detach') }),
  z.strictObject({ type: z.literal('terminate') }),
]);
export type ControlRequest = z.infer<typeof ControlRequest>;

/** Service to client. After `ended` the session is over and the stream finishes. */
export const ControlEvent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('pong'), id: PingId }),
  z.strictObject({ type: z.literal('ended'), reason: z.string().max(1024) }),
]);
export type ControlEvent = z.infer<typeof ControlEvent>;
