/**
 * The catalogue of events: what people, the console and webhooks can watch. An audited action whose name is listed here is an event too, under the same name. A new one is one
 * line here.
 */
import { z } from 'zod';

export const EVENT_TYPES = [
  'session.open',
  'session.attach',
  'session.start',
  'session.active',
  'session.detached',
  'session.terminated',
  'session.failed',
  'session.end',
  /** Older trails have it: membership begins by `member.join` now. */
  'member.create',
  'member.invite',
  'member.join',
  'invitation.decline',
  'resource.create',
  'resource.grant',
  'organization.create',
  'organization.suspend',
  'organization.resume',
  'cluster.create',
  'node.enrol',
  'node.renew',
  'node.request',
  'node.approve',
  'node.refuse',
  'node.revoke',
  'partition.split',
  'partition.fence',
  'partition.promote',
  'partition.merge',
  'bootstrap-token.create',
  'bootstrap-token.revoke',
  'sign-in',
  'sign-in.refused',
  'webhook.create',
  'webhook.delete',
  'webhook.disable',
  'webhook.test',
  'audit.retention',
  'audit.trim',
  'secret.reveal',
  'secret.rotated',
  'secret.rotation_due',
  'session.control',
  'session.share',
  'session.observe',
  'session.refused',
  'session.left',
  'recording.start',
  'recording.end',
  'recording.open',
  'recording.delete',
  'access.request',
  'access.approve',
  'access.deny',
  'access.withdraw',
] as const;
export const EventType = z.enum(EVENT_TYPES);
export type EventType = z.infer<typeof EventType>;

/** What an event says besides who, what and when; never a secret, never where a person was. */
export const EventData = z.object({ reason: z.string().optional(), generation: z.int().optional() });
export type EventData = z.infer<typeof EventData>;

/** An event as SSE and webhooks carry it. `seq` counts per organization, without gaps. */
export const FabricEvent = z.object({
  seq: z.int().positive(),
  type: EventType,
  at: z.iso.datetime(),
  actor: z.string(),
  subject: z.string().nullable(),
  /** The person it concerns. */
  about: z.uuid().nullable(),
  data: EventData,
});
export type FabricEvent = z.infer<typeof FabricEvent>;

/** What a stream of events says besides events themselves: read the lists again, the gap is too large; or why it ends. */
export const STREAM_RESYNC = 'resync';
export const STREAM_CLOSED = 'closed';
