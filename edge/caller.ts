/** Who calls, as handlers find them on the request. */
import type { SignInEvidence } from '../schema/api/sign-in.ts';
import type { ClusterId, NodeId, OrgId, UserId } from '../schema/ids.ts';
import type { OrgPermission } from '../schema/permissions.ts';
import type { OrgRole, PlatformRole } from '../schema/roles.ts';

/** The bearer of an access token. */
export interface Caller {
  readonly user: UserId;
  readonly platformRole: PlatformRole | null;
  /** The sign-in that the token comes from. */
  readonly signIn: string;
  /** The device that showed its key when signing in. */
  readonly device: string | null;
  /** When they last proved who they are, milliseconds since the epoch. */
  readonly authenticatedAt: number;
  readonly evidence: readonly SignInEvidence[];
}

/** What a caller is in one organization. */
export interface Member {
  readonly org: OrgId;
  /** Null for the platform's owner, who sets it up without belonging to it. */
  readonly role: OrgRole | null;
  readonly permissions: ReadonlySet<OrgPermission>;
}

/** A node that proved its key. */
export interface CallingNode {
  readonly id: NodeId;
  readonly cluster: ClusterId;
}
