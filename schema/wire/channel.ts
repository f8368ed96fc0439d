/**
 * A channel, on a stream of its own. What entry and relays must know to enforce the token and to order traffic is in `channel`; what the channel
 * is for is said inside its seal, which waits for no answer: its keys follow from the attachment's.
 *
 *   client                                        entry                   service
 *   channel{attachment,channel,number,path}       enforces the token ->
 *   {{ params{params} }}                                             <-   joined{} or refused{code}
 *                                                                    <-   {{ opened{} or refused{code} }}, then the channel's own bytes
 *
 * After the path died, on the next one (`resume.ts`):
 *   channel{..., path, point}                                        <-   joined{point} or refused{code}, then records from where they are missing
 */
import { z } from 'zod';
import { Channel } from '../channel.ts';
import { AttachmentId } from '../ids.ts';
import { Refused } from './attach.ts';

/** Channels an attachment may open in all. */
export const MAX_CHANNEL_NUMBER = 0xffff_ffff;
export const ChannelNumber = z.int().min(1).max(MAX_CHANNEL_NUMBER);
/** A sealed `encodePoint`. */
export const SealedPoint = z.instanceof(Uint8Array).refine(({ length }) => length === 22);

export const ChannelOpen = z.strictObject({
  type: z.literal('channel'),
  attachment: AttachmentId,
  channel: Channel.exclude(['control']),
  /** Never used twice within an attachment. */
  number: ChannelNumber,
  /** Counts the attachment's paths from 0. */
  path: z.int().nonnegative(),
  /** The channel is not new: the client goes on from here. */
  point: SealedPoint.optional(),
});
export type ChannelOpen = z.infer<typeof ChannelOpen>;

/** With a point when, and only when, the opening had one. */
export const Joined = z.strictObject({ type: z.literal('joined'), point: SealedPoint.optional() });
export const JoinAnswer = z.discriminatedUnion('type', [Joined, Refused]);

/** First inside the seal. The adapter's own parameters; only the adapter reads them. */
export const ChannelParams = z.strictObject({ type: z.literal('params'), params: z.unknown().optional() });
export const Opened = z.strictObject({ type: z.literal('opened') });
export const ChannelAnswer = z.discriminatedUnion('type', [Opened, Refused]);
