/** Resources of an organization, and who may reach them. */
import { z } from 'zod';
import { ChannelGrants } from '../channel.ts';
import { Name, ResourceId, UserId } from '../ids.ts';
import { Credential, Protocol, Target } from '../resource.ts';
import { OrgRole } from '../roles.ts';

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
  credential: Credential.optional(),
});
export type CreateResource = z.input<typeof CreateResource>;

/** To one user or to everyone with a role; without `channels` all that the protocol has. */
export const CreateGrant = z.strictObject({
  to: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('user'), user: UserId }),
    z.strictObject({ type: z.literal('role'), role: OrgRole }),
  ]),
  channels: ChannelGrants.optional(),
});
export type CreateGrant = z.input<typeof CreateGrant>;

/** The channels each protocol has, all allowed. */
export const PROTOCOL_CHANNELS = {
  ssh: {
    control: { send: true, receive: true },
    terminal: { send: true, receive: true },
    stream: { send: true, receive: true },
  },
  tcp: { control: { send: true, receive: true }, stream: { send: true, receive: true } },
} as const satisfies Record<Protocol, ChannelGrants>;
