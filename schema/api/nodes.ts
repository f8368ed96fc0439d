/** What nodes say to the control API, and what it answers. */
import { z } from 'zod';
import { AttachmentId, ClusterId, Name, NodeId, OrgId, ResourceId, SessionId } from '../ids.ts';
import { RecordingOrder } from '../recording.ts';
import { Target } from '../resource.ts';
import { SessionState } from '../session.ts';
import { SessionPolicy } from '../session-policy.ts';
import { SigningKeySet } from '../snapshot.ts';
import { SealKey } from '../tokens/seal-key.ts';

const Pem = z
  .string()
  .max(16384)
  .meta({ examples: ['-----BEGIN CERTIFICATE-----\n...\n-----END CERTIFICATE-----\n'] });
const Endpoint = z
  .string()
  .max(300)
  .meta({ examples: ['entry.example.com:4433'] });

export const EnrolRequest = z.strictObject({
  /** A bootstrap token: revocable, expiring, counted, limited to roles. */
  token: z.string().max(256),
  name: Name,
  /** PKCS#10 with a P-256 key (RFC 2986), PEM. The key itself never leaves the node. */
  csr: Pem,
  /** Its sealing key (tokens/seal-key.ts); a service node has one. */
  sealKey: z.string().max(1024).optional(),
});
export type EnrolRequest = z.infer<typeof EnrolRequest>;

export const Enrolment = z.object({
  node: NodeId,
  cluster: ClusterId,
  certificate: Pem,
  ca: Pem,
  signingKeys: SigningKeySet,
  /** What the cluster knows as this node's sealing key. */
  sealKey: SealKey.optional(),
});
export type Enrolment = z.infer<typeof Enrolment>;

export const RenewRequest = z.strictObject({ csr: Pem, sealKey: z.string().max(1024).optional() });
export const Renewal = z.object({ certificate: Pem, sealKey: SealKey.optional() });

/** `?since=VERSION&wait=SECONDS`: 204 when nothing newer came within the wait. */
export const SnapshotQuery = z.object({
  since: z.coerce.number().int().nonnegative().default(0),
  wait: z.coerce.number().int().min(0).max(25).default(0),
});
/** `snapshot` is a compact JWS of kind `snapshot` (tokens/signed.ts). */
export const SnapshotAnswer = z.object({ snapshot: z.string() });

export const Heartbeat = z.strictObject({
  /** Where this node listens, `host:port`; empty when it only dials. */
  endpoints: z.array(Endpoint).max(8),
  sessions: z
    .array(z.strictObject({ id: SessionId, state: SessionState, generation: z.int().positive() }))
    .max(10_000),
});
export type Heartbeat = z.infer<typeof Heartbeat>;
export const HeartbeatAnswer = z.object({
  snapshotVersion: z.int(),
  /** Sessions that must end here: terminated by their owner, or unknown to the control plane. */
  end: z.array(SessionId),
});
export type HeartbeatAnswer = z.infer<typeof HeartbeatAnswer>;

/** 16 random bytes that the node makes for this one call, base64url: an answer to another call is not taken for this one's. */
const Nonce = z
  .string()
  .regex(/^[A-Za-z0-9_-]{22}$/)
  .meta({ examples: ['AAECAwQFBgcICQoLDA0ODw'] });
export const StartSession = z.strictObject({ nonce: Nonce });
/** `answer` is a compact JWS of kind `session-start` holding SessionStart. */
export const StartAnswer = z.object({ answer: z.string() });
export const SessionStart = z.strictObject({
  session: SessionId,
  generation: z.int().positive(),
  org: OrgId,
  resource: ResourceId,
  target: Target,
  /** That of the call. */
  nonce: Nonce,
  /** What to sign in with, sealed to the node's sealing key (tokens/session-credential.ts); absent when the target needs none. */
  credential: z.string().optional(),
  /** Whose session it is; with `policy`, who may be let in as what. */
  holder: z.uuid().optional(),
  policy: SessionPolicy.optional(),
  /** It is recorded. */
  recording: RecordingOrder.optional(),
});
export type SessionStart = z.infer<typeof SessionStart>;

/** Who came to control, share or watch it, or was not let in. `number` grows with each; an older one is told again and changes nothing. */
export const ControlChange = z.strictObject({
  number: z.int().positive(),
  attachment: AttachmentId,
  change: z.enum(['control', 'share', 'observe', 'refused', 'left']),
});
export type ControlChange = z.infer<typeof ControlChange>;

export const ReportSession = z.strictObject({
  state: SessionState,
  generation: z.int().positive(),
  reason: z.string().max(1024).optional(),
  control: ControlChange.optional(),
});
export type ReportSession = z.infer<typeof ReportSession>;
