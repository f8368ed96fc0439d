/** A session that is to be recorded: a key pair for it alone, and a row that waits for its parts. */
import type { OrgId } from '../../schema/ids.ts';
import type { RecordingOrder } from '../../schema/recording.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { Protocol, Target } from '../../schema/resource.ts';
import type { SessionPolicy } from '../../schema/session-policy.ts';
import { recordings, type sessions } from '../../schema/tables/index.ts';
import { record } from '../audit.ts';
import type { CallingNode } from '../caller.ts';
import type { Tx } from '../db.ts';
import { newRecordingKey } from '../recordings/keys.ts';
import type { Services } from '../services.ts';

const DAY_MS = 86_400_000;
/** Whose terminals can be recorded. */
const RECORDED: ReadonlySet<Protocol> = new Set<Protocol>(['ssh']);

const canRecord = ({ objects }: Services, protocol: Protocol) =>
  objects !== undefined && RECORDED.has(protocol);

/** @throws Refusal `recording_unavailable` */
export function requireRecordable(
  services: Services,
  protocol: Protocol,
  { recording }: SessionPolicy,
): void {
  if (recording === 'required' && !canRecord(services, protocol)) throw new Refusal('recording_unavailable');
}

export interface Starting {
  readonly node: CallingNode;
  readonly session: typeof sessions.$inferSelect;
  readonly policy: SessionPolicy;
  readonly target: { readonly name: string; readonly target: Target };
  readonly requestId: string;
}

/** @returns undefined where it is not recorded. @throws Refusal `recording_unavailable` where it must be */
export async function orderRecording(
  tx: Tx,
  services: Services,
  { node, session, policy, target, requestId }: Starting,
): Promise<RecordingOrder | undefined> {
  requireRecordable(services, target.target.protocol, policy);
  if (policy.recording === 'off' || !canRecord(services, target.target.protocol)) return undefined;
  const org = session.orgId as OrgId;
  const actor = `node:${node.id}`;
  const { recording, publicKey, sealedPrivateKey } = await newRecordingKey(tx, services.master, org, actor);
  const at = new Date(services.now());
  await tx.insert(recordings).values({
    id: recording,
    orgId: org,
    sessionId: session.id,
    resourceId: session.resourceId,
    resourceName: target.name,
    holderId: session.userId,
    nodeId: node.id,
    publicKey,
    sealedPrivateKey,
    createdAt: at,
    keepUntil: new Date(at.getTime() + policy.keepDays * DAY_MS),
  });
  await record(tx, {
    org,
    actor: `node:${node.id}`,
    action: 'recording.start',
    subject: recording,
    generation: session.generation,
    about: session.userId,
    detail: { session: session.id, mode: policy.recording },
    requestId,
  });
  return { recording, publicKey };
}
