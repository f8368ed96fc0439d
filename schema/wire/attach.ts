/**
 * Between a client and the service node, by way of the entry, which reads the first message of each client stream to enforce the token.
 *
 *   client                          entry                             service
 *   stream 1:  attach{token,proof}  verifies, routes, forwards   ->   verifies again, starts or finds the session
 *                                                                <-   attached{...} or refused{code}
 *              ping{id} ...                                      <-   pong{id} ...      (this stream is the control channel)
 *   stream n:  channel{attachment,channel,params}                ->   opened{} or refused{code}, then the channel's own bytes
 */
import { z } from 'zod';
import { Channel } from '../channel.ts';
import { AttachmentId, SessionId } from '../ids.ts';
import { RefusalCode } from '../refusal.ts';
import { MAX_RELAYS } from './link.ts';

/** Path of the WebTransport session on an entry node. */
export const WEBTRANSPORT_PATH = '/fabric';

/** Compact JWS texts: the data-plane token, and the proof that the client holds its key. */
export const Attach = z.strictObject({
  type: z.literal('attach'),
  version: z.literal(1),
  token: z.string().max(8192),
  proof: z.string().max(2048),
});
export type Attach = z.infer<typeof Attach>;

export const ChannelOpen = z.strictObject({
  type: z.literal('channel'),
  attachment: AttachmentId,
  channel: Channel,
  /** The adapter's own parameters; only the adapter reads them. */
  params: z.unknown().optional(),
});
export type ChannelOpen = z.infer<typeof ChannelOpen>;

/** The first message of every stream a client opens. */
export const ClientOpening = z.discriminatedUnion('type', [Attach, ChannelOpen]);
export type ClientOpening = z.infer<typeof ClientOpening>;

export const Attached = z.strictObject({
  type: z.literal('attached'),
  session: SessionId,
  attachment: AttachmentId,
  /** Relays between entry and service node. */
  relays: z.int().min(0).max(MAX_RELAYS),
  /** The session was alive before this attachment. */
  resumed: z.boolean(),
});
export type Attached = z.infer<typeof Attached>;

export const Opened = z.strictObject({ type: z.literal('opened') });

export const Refused = z.strictObject({
  type: z.literal('refused'),
  code: RefusalCode,
  message: z.string().max(1024),
});
export type Refused = z.infer<typeof Refused>;

/** What the service answers first on a control stream, and on any other channel. */
export const AttachAnswer = z.discriminatedUnion('type', [Attached, Refused]);
export const ChannelAnswer = z.discriminatedUnion('type', [Opened, Refused]);
