/** Resources of an organization, and who may reach them. */
import { z } from 'zod';
import { RequestRule } from '../access-request.ts';
import { ChannelGrants } from '../channel.ts';
import { GrantId, Name, ResourceId, SecretId } from '../ids.ts';
import { Grantee, Labels, Scope, Window } from '../policy.ts';
import { GivenCredential, Protocol, Target } from '../resource.ts';
import { SessionPolicy } from '../session-policy.ts';

/** What a person sees: no address, no node. */
export const ResourceView = z.object({
  id: ResourceId,
  name: Name,
  protocol: Protocol,
  channels: ChannelGrants,
});
export type ResourceView = z.infer<typeof ResourceView>;
export const ResourceList = z.object({ resources: z.array(ResourceView) });

export const CreateResource = z.strictObject({
  name: Name,
  egressPool: Name,
  target: Target,
  credential: GivenCredential.optional(),
  labels: Labels.default({}),
  /** Of its sessions: who may take them over, watch them, how long they last, whether they are recorded. */
  sessionPolicy: SessionPolicy.optional(),
  /** Who may ask for access to it; nobody without it. */
  requestRule: RequestRule.nullable().optional(),
});
export type CreateResource = z.input<typeof CreateResource>;

/** What is left out stays as it is. A new target, pool or credential ends the sessions that use the old one. */
export const ChangeResource = z.strictObject({
  name: Name.optional(),
  labels: Labels.optional(),
  egressPool: Name.optional(),
  target: Target.optional(),
  /** Null: none any more. */
  credential: GivenCredential.nullable().optional(),
  /** As a whole; holds for sessions that start from now on. */
  sessionPolicy: SessionPolicy.optional(),
  requestRule: RequestRule.nullable().optional(),
});
export type ChangeResource = z.infer<typeof ChangeResource>;

/** What those who manage resources see. The credential itself is never shown again. */
export const ManagedResource = z.object({
  id: ResourceId,
  name: Name,
  protocol: Protocol,
  labels: Labels,
  egressPool: Name,
  target: Target,
  hasCredential: z.boolean(),
  /** Which secret its target takes; null without one. */
  secret: SecretId.nullable(),
  sessionPolicy: SessionPolicy,
  requestRule: RequestRule.nullable(),
});
export const ManagedResourceList = z.object({ resources: z.array(ManagedResource) });

const Terms = {
  to: Grantee,
  /** All that the protocol has, when left out. */
  channels: ChannelGrants.optional(),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
  window: Window.optional(),
};
/** On the resource that the path names. */
export const CreateGrant = z.strictObject(Terms);
export type CreateGrant = z.infer<typeof CreateGrant>;
/** On one resource, or on all that have some labels. */
export const CreateOrgGrant = z.strictObject({ ...Terms, on: Scope });
export type CreateOrgGrant = z.infer<typeof CreateOrgGrant>;

export const GrantView = z.object({
  id: GrantId,
  to: Grantee,
  on: Scope,
  channels: ChannelGrants.nullable(),
  expiresAt: z.iso.datetime().nullable(),
  window: Window.nullable(),
});
export type GrantView = z.infer<typeof GrantView>;
export const GrantList = z.object({ grants: z.array(GrantView) });

/** The channels each protocol has, all allowed. */
export const PROTOCOL_CHANNELS = {
  ssh: {
    control: { send: true, receive: true },
    terminal: { send: true, receive: true },
    stream: { send: true, receive: true },
    /** To send is to upload. */
    file_transfer: { send: true, receive: true },
  },
  tcp: { control: { send: true, receive: true }, stream: { send: true, receive: true } },
  vnc: {
    control: { send: true, receive: true },
    /** Who sees says what arrived. */
    render: { send: true, receive: true },
    /** Keys and pointer. Without it one watches. */
    input: { send: true, receive: false },
  },
} as const satisfies Record<Protocol, ChannelGrants>;
