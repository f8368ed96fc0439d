/**
 * Between a client and the service node, by way of the entry, which reads the first message of each client stream to enforce the token.
 * `{{ }}` is sealed between the two ends (`record.ts`): entry and relays see that it goes by, and how much.
 *
 *   client                              entry                             service
 *   stream 1:  attach{token,proof,seal} verifies, routes, forwards   ->   verifies again, answers the handshake
 *                                                                    <-   sealed{seal} or refused{code}
 *                                                                    <-   {{ attached{...} or refused{code} }}
 *              {{ ping{id} ... }}                                    <-   {{ pong{id} ... }}    (this stream is the control channel)
 *   stream n:  channel{...}             (`channel.ts`)
 *   later, on another path: resume{...} (`resume.ts`)
 */
import { z } from 'zod';
import { AttachmentId, SessionId } from '../ids.ts';
import { RefusalCode } from '../refusal.ts';
import { MAX_RELAYS } from './link.ts';

/** Path of the WebTransport session on an entry node. */
export const WEBTRANSPORT_PATH = '/fabric';

export const Handshake = z.instanceof(Uint8Array).refine(({ length }) => length >= 48 && length <= 1024);

/** Compact JWS texts: the data-plane token, and the proof that the client holds its key and made this handshake. */
export const Attach = z.strictObject({
  type: z.literal('attach'),
  version: z.literal(2),
  token: z.string().max(8192),
  proof: z.string().max(2048),
  /** The first message of the Noise handshake. */
  seal: Handshake,
});
export type Attach = z.infer<typeof Attach>;

/** The handshake's second message: from here on the stream carries records. */
export const Sealed = z.strictObject({ type: z.literal('sealed'), seal: Handshake });

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

export const Refused = z.strictObject({
  type: z.literal('refused'),
  code: RefusalCode,
  message: z.string().max(1024),
});
export type Refused = z.infer<typeof Refused>;

/** What comes first on a control stream, for all to read; and what comes first inside its seal. */
export const SealAnswer = z.discriminatedUnion('type', [Sealed, Refused]);
export const AttachAnswer = z.discriminatedUnion('type', [Attached, Refused]);
