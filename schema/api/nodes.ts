/** What nodes say to the control API, and what it answers. */
import { z } from 'zod';
import { NodeFacts } from '../cluster.ts';
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
  /** For whoever has to approve it. */
  facts: NodeFacts.optional(),
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

/** Not yet: a person has to approve it. The same request is made again until then. */
export const EnrolmentWaiting = z.object({
  waiting: z.object({
    request: z.uuid(),
    /** SHA-256 of the public key, base64url: the same that the one who approves is shown. */
    fingerprint: z
      .string()
      .length(43)
      .meta({ examples: ['q5bWYxM9Wk0b3bSgX7mH1Zr4Zt0Vq0b6aXn2d8uJp1c'] }),
    expiresAt: z.iso.datetime(),
  }),
});
export type EnrolmentWaiting = z.infer<typeof EnrolmentWaiting>;

export const RenewRequest = z.strictObject({ csr: Pem, sealKey: z.string().max(1024).optional() });
export const Renewal = z.object({ certificate: Pem, sealKey: SealKey.optional() });

/** `?since=VERSION&wait=SECONDS`: 204 when nothing newer came within the wait. */
export const SnapshotQuery = z.object({
  since: z.coerce.number().int().nonnegative().default(0),
  wait: z.coerce.number().int().min(0).max(25).default(0),
  /** The authority it follows: a newer one's snapshot is news whatever its version. */
  epoch: z.coerce.number().int().positive().optional(),
  /** `yes`: an increment from `since` will do. */
  increments: z.enum(['yes']).optional(),
});
/** Compact JWS of kind `snapshot` or `snapshot-increment` (tokens/signed.ts). */
export const SnapshotAnswer = z.union([
  z.strictObject({ snapshot: z.string() }),
  z.strictObject({ increment: z.string() }),
]);
export type SnapshotAnswer = z.infer<typeof SnapshotAnswer>;

export const Heartbeat = z.strictObject({
  /** Its snapshot, from an authority that is newer than the one that answered last: by this a side that was replaced learns of it. */
  newerAuthority: z.string().max(200_000).optional(),
  /** Of the snapshot it follows. */
  snapshotVersion: z.int().nonnegative().optional(),
  /** Where this node listens, `host:port`; empty when it only dials. */
  endpoints: z.array(Endpoint).max(8),
  sessions: z
    .array(z.strictObject({ id: SessionId, state: SessionState, generation: z.int().positive() }))
    .max(10_000),
});
export type Heartbeat = z.infer<typeof Heartbeat>;
export const HeartbeatAnswer = z.object({
  snapshotVersion: z.int(),
  epoch: z.int(),
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
  /** Of the authority that says so. */
  epoch: z.int().positive(),
  /** Which the node must serve. */
  egressPool: z.string(),
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
