/** Opening a session, and attaching to one that lives. */
import { z } from 'zod';
import { AttachmentId, ResourceId, SessionId } from '../ids.ts';
import { Protocol } from '../resource.ts';
import { SessionState } from '../session.ts';
import { ClientKey } from '../tokens/proof.ts';
import { SealKey } from '../tokens/seal-key.ts';

export const OpenSession = z.strictObject({ resource: ResourceId, key: ClientKey });
export const AttachSession = z.strictObject({ key: ClientKey });

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
