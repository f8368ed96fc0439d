/**
 * A node's live connection: one WebSocket instead of a request for each heartbeat and each question for a snapshot.
 *
 *     node                                control API
 *     GET /v1/node/live, assertion   ->   101
 *     Heartbeat as JSON              ->   HeartbeatAnswer as JSON
 *     "" (the same as before)        ->   "" (the same as before)
 *                                    <-   LiveNews as JSON, unasked: first of all, and when there is a newer snapshot, to be asked for
 *
 * The node sends nothing before the last was answered. News are no answer.
 */
import { z } from 'zod';

export const NODE_LIVE_PATH = '/v1/node/live';
/** What both take in one message, bytes: a heartbeat with as many sessions as it may name. */
export const LIVE_MESSAGE_BYTES = 2_000_000;
/** Close codes (RFC 6455, section 7.4.2). The reason of `refused` is the refusal's code. */
export const LIVE_CLOSE = { done: 1000, protocol: 4400, refused: 4401, again: 4408, replaced: 4409 } as const;

/** The newest snapshot, and the authority it is of. */
export const LiveNews = z.strictObject({ snapshotVersion: z.int(), epoch: z.int() });
export type LiveNews = z.infer<typeof LiveNews>;

/** A version of another epoch says nothing beside this one: it was counted elsewhere. */
export const isNews = (than: LiveNews, newest: LiveNews): boolean =>
  newest.snapshotVersion > than.snapshotVersion || newest.epoch > than.epoch;
