/** Branded identifiers: one id can never be passed where another is meant. Parsed at every boundary. */
import { z } from 'zod';

export const UserId = z.uuid().brand<'UserId'>();
export type UserId = z.infer<typeof UserId>;
export const OrgId = z.uuid().brand<'OrgId'>();
export type OrgId = z.infer<typeof OrgId>;
export const ClusterId = z.uuid().brand<'ClusterId'>();
export type ClusterId = z.infer<typeof ClusterId>;
export const NodeId = z.uuid().brand<'NodeId'>();
export type NodeId = z.infer<typeof NodeId>;
export const ResourceId = z.uuid().brand<'ResourceId'>();
export type ResourceId = z.infer<typeof ResourceId>;
export const SessionId = z.uuid().brand<'SessionId'>();
export type SessionId = z.infer<typeof SessionId>;
export const AttachmentId = z.uuid().brand<'AttachmentId'>();
export type AttachmentId = z.infer<typeof AttachmentId>;
export const IdentityProviderId = z.uuid().brand<'IdentityProviderId'>();
export type IdentityProviderId = z.infer<typeof IdentityProviderId>;

export const GroupId = z.uuid().brand<'GroupId'>();
export type GroupId = z.infer<typeof GroupId>;
export const GrantId = z.uuid().brand<'GrantId'>();
export type GrantId = z.infer<typeof GrantId>;
export const ServiceAccountId = z.uuid().brand<'ServiceAccountId'>();
export type ServiceAccountId = z.infer<typeof ServiceAccountId>;
export const ApiKeyId = z.uuid().brand<'ApiKeyId'>();
export type ApiKeyId = z.infer<typeof ApiKeyId>;
export const SecretId = z.uuid().brand<'SecretId'>();
export type SecretId = z.infer<typeof SecretId>;
export const SupportAccessId = z.uuid().brand<'SupportAccessId'>();
export type SupportAccessId = z.infer<typeof SupportAccessId>;

/** A name people type: lower case letters, digits and hyphens, 1 to 63 characters (RFC 1123 label). */
export const Name = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, {
    error: 'use 1 to 63 lower case letters, digits and hyphens, not starting or ending with a hyphen',
  })
  .meta({ examples: ['build-server'] });
export type Name = z.infer<typeof Name>;

/** A node's identity as the URI subjectAltName of its certificate. */
export function nodeUri(cluster: ClusterId, node: NodeId): string {
  return `fabric://${cluster}/node/${node}`;
}
