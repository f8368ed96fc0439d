/** Who calls, as handlers find them on the request. */

import type { SignInEvidence } from '../schema/api/sign-in.ts';
import type { ApiKeyId, ClusterId, NodeId, OrgId, UserId } from '../schema/ids.ts';
import type { OrgPermission } from '../schema/permissions.ts';
import type { PlatformRole, RoleName } from '../schema/roles.ts';
import type { Principal } from './policy/evaluate.ts';

/** The bearer of an access token, or of an API key. */
export interface Caller {
  /** A person; with `key`, the service account it belongs to. Both are one space of ids. */
  readonly user: UserId;
  readonly platformRole: PlatformRole | null;
  readonly key?: { readonly id: ApiKeyId; readonly permissions: readonly OrgPermission[] };
  /** The sign-in that the token comes from; the key's own id where a key was shown. */
  readonly signIn: string;
  /** The device that showed its key when signing in. */
  readonly device: string | null;
  /** When they last proved who they are, milliseconds since the epoch; 0 for a key, which proves nobody. */
  readonly authenticatedAt: number;
  readonly evidence: readonly SignInEvidence[];
  /** The organization whose identity provider vouched for them; null where none did. */
  readonly ssoOrg: OrgId | null;
}

/** What a caller is in one organization. */
export interface Member {
  readonly org: OrgId;
  /** Null for those who do not belong to it: the platform's owner setting it up, and whom access was lent. */
  readonly role: RoleName | null;
  /** Their own role and those of their groups. */
  readonly roles: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
  readonly permissions: ReadonlySet<OrgPermission>;
  /** The platform's owner, while the organization has none: gives roles without holding them. */
  readonly setsUp: boolean;
}

/** A node that proved its key. */
export interface CallingNode {
  readonly id: NodeId;
  readonly cluster: ClusterId;
}

/** How the audit trail names a caller. */
export function actorOf({ user, key }: Caller): `user:${string}` | `service-account:${string}` {
  return key ? `service-account:${user}` : `user:${user}`;
}

/** A caller as grants see them. */
export function principalOf({ user, key }: Caller, { roles, groups }: Member): Principal {
  return { type: key ? 'service_account' : 'user', id: user, roles, groups };
}
