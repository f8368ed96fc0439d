/** Asking to reach a resource for a while, and deciding that. */
import { z } from 'zod';
import { LONGEST_ACCESS_S, RequestState } from '../access-request.ts';
import { ResourceId } from '../ids.ts';
import { Protocol } from '../resource.ts';

export const AccessRequestId = z.uuid();
const Reason = z.string().trim().min(1).max(500);

export const AskAccess = z.strictObject({
  resource: ResourceId,
  reason: Reason,
  seconds: z.int().min(60).max(LONGEST_ACCESS_S),
});
export const DecideAccess = z.strictObject({ note: Reason.optional() });
export const DenyAccess = z.strictObject({ note: Reason });

export const AccessRequestView = z.object({
  id: AccessRequestId,
  resource: ResourceId,
  resourceName: z.string(),
  by: z.uuid(),
  byName: z.string().nullable(),
  reason: z.string(),
  seconds: z.int(),
  state: RequestState,
  /** Null where the rule decided, or nobody has yet. */
  decidedBy: z.uuid().nullable(),
  note: z.string().nullable(),
  createdAt: z.iso.datetime(),
  /** Pending: until when it may be decided. Approved: until when the access lasts. */
  expiresAt: z.iso.datetime(),
});
export type AccessRequestView = z.infer<typeof AccessRequestView>;
export const AccessRequestList = z.object({ requests: z.array(AccessRequestView) });
export const AccessRequestQuery = z.object({ state: RequestState.optional() });

/** What may be asked for: no address, no node. */
export const RequestableList = z.object({
  resources: z.array(z.object({ id: ResourceId, name: z.string(), protocol: Protocol, maxSeconds: z.int() })),
});
