/**
 * Going on after a path died: over a new connection, perhaps by another entry, with the same keys.
 *
 *   client                                 entry                    service
 *   resume{token,proof,path,point}         verifies, routes    ->   verifies again; an older path is over
 *                                                              <-   resumed{relays,point} or refused{code}
 *   {{ live{channels} }}, and what was not received of the control channel, both ways; then each channel (`channel.ts`)
 */
import { z } from 'zod';
import { Refused } from './attach.ts';
import { SealedPoint } from './channel.ts';
import { MAX_RELAYS } from './link.ts';

/** `token` is the ticket's resume token. `point` proves the attachment's keys: nobody else can seal it. */
export const Resume = z.strictObject({
  type: z.literal('resume'),
  version: z.literal(2),
  token: z.string().max(8192),
  proof: z.string().max(2048),
  /** Higher than any before. */
  path: z.int().positive(),
  point: SealedPoint,
});
export type Resume = z.infer<typeof Resume>;

export const Resumed = z.strictObject({
  type: z.literal('resumed'),
  relays: z.int().min(0).max(MAX_RELAYS),
  point: SealedPoint,
});
export const ResumeAnswer = z.discriminatedUnion('type', [Resumed, Refused]);
