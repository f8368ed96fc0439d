/** Opening a session, and attaching to one that lives. */
import { z } from 'zod';
import { AttachmentId, Name, ResourceId, SessionId } from '../ids.ts';
import { Protocol } from '../resource.ts';
import { SessionState } from '../session.ts';
import { AttachmentRole } from '../session-policy.ts';
import { ClientKey } from '../tokens/proof.ts';
import { SealKey } from '../tokens/seal-key.ts';

export const OpenSession = z.strictObject({ resource: ResourceId, key: ClientKey });
export const AttachSession = z.strictObject({
  key: ClientKey,
  role: AttachmentRole.default('controller'),
  /** For the audit trail. */
  reason: z.string().trim().min(1).max(500).optional(),
});
export type AttachSession = z.input<typeof AttachSession>;
/** To somebody else's session: never without saying why. */
export const WatchSession = z.strictObject({ key: ClientKey, reason: z.string().trim().min(1).max(500) });
export const JoinSession = WatchSession.extend({
  role: AttachmentRole.exclude(['observer']).default('controller'),
});

/** An entry node as a client sees it: where, and which certificate it will show. */
export const EntryPoint = z.object({
  /** `https://host:port/fabric` */
  url: z.url(),
  /** SHA-256 of the whole DER certificates it may show, base64url. */
  certificateHashes: z.array(z.string()).min(1),
});
export type EntryPoint = z.infer<typeof EntryPoint>;

/** All a client needs to attach, once. */
export const SessionTicket = z.object({
  session: SessionId,
  attachment: AttachmentId,
  token: z.string(),
  /** For going over to another path later; it opens nothing by itself. */
  resume: z.string(),
  /** The service node's key; the token says the same. */
  sealKey: SealKey,
  /** Nearest first. */
  entries: z.array(EntryPoint).min(1),
});
export type SessionTicket = z.infer<typeof SessionTicket>;

export const SessionView = z.object({
  id: SessionId,
  resource: ResourceId,
  resourceName: z.string(),
  protocol: Protocol,
  state: SessionState,
  createdAt: z.iso.datetime(),
});
export type SessionView = z.infer<typeof SessionView>;
export const SessionList = z.object({ sessions: z.array(SessionView) });

/** Whose a session is. Somebody who has left the organization is known by their id alone, as in its audit trail. */
export const SessionHolder = z.object({
  type: z.enum(['user', 'service_account', 'gone']),
  id: z.uuid(),
  name: z.string().nullable(),
  email: z.string().nullable(),
});

/** A session as those who look after an organization's sessions see it, live or over; never where in the fabric it runs. */
export const ManagedSession = SessionView.extend({
  resourceName: Name,
  holder: SessionHolder,
  /** Since when it is in that state. */
  changedAt: z.iso.datetime(),
  /** Why it is in that state, where that is known. */
  reason: z.string().nullable(),
});
export type ManagedSession = z.infer<typeof ManagedSession>;

/** Newest first. */
export const ManagedSessionList = z.object({
  sessions: z.array(ManagedSession),
  next: SessionId.nullable(),
});

export const ManagedSessionQuery = z.object({
  /** The person or service account whose they are. */
  holder: z.uuid().optional(),
  resource: ResourceId.optional(),
  /** One state; `live` for all that are not over, `over` for all that are. */
  state: z.enum([...SessionState.options, 'live', 'over']).optional(),
  /** Sessions opened before this one: the `next` of the page before. */
  before: SessionId.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
export type ManagedSessionQuery = z.infer<typeof ManagedSessionQuery>;

export const EndSession = z.strictObject({
  /** For the audit trail, and for whoever's it was. */
  reason: z.string().trim().min(1).max(500),
});
