/**
 * Who may call a route, said where the route is declared: `createRoute({ ...forMembers('members.read'), method, path, ... })`. The middleware does the check before the
 * handler runs; `x-access` puts the same words into `/openapi.json`, from which a test walks every route as every role.
 */
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { OrgId } from '../schema/ids.ts';
import {
  type OrgPermission,
  type Permission,
  type PlatformPermission,
  STEP_UP,
} from '../schema/permissions.ts';
import { Refusal } from '../schema/refusal.ts';
import { API_KEY_PREFIX } from '../schema/tokens/api-key.ts';
import type { Caller, Member } from './caller.ts';
import { clientAddress } from './client-address.ts';
import { authenticate, callerOf } from './middleware/authenticate.ts';
import { authenticateKey } from './middleware/authenticate-key.ts';
import { authenticateNode } from './middleware/authenticate-node.ts';
import {
  membership,
  membershipAndMore,
  requireOrgPermission,
  requirePlatformPermission,
} from './middleware/authorize.ts';
import { bearer } from './middleware/bearer.ts';
import { idempotent } from './middleware/idempotent.ts';
import { countRefused, limitCaller, limitOrganization } from './middleware/limit-requests.ts';
import { requireAuthorityIn, requireAuthorityOver } from './partition/restricted.ts';
import type { AppBindings } from './services.ts';
import { requireOwnProof, requireSignInPolicy } from './sign-in/assurance.ts';
import { requireRecent } from './sign-in/policy.ts';

export type Access =
  | { readonly scope: 'anonymous' | 'person' | 'node' }
  | { readonly scope: 'organization'; readonly permission: OrgPermission }
  | { readonly scope: 'platform'; readonly permission: PlatformPermission };

const PERSON: Record<string, string[]>[] = [{ person: [] }];
const API_KEY: Record<string, string[]>[] = [{ apiKey: [] }];
const NODE: Record<string, string[]>[] = [{ node: [] }];
const described = <A extends Access>(access: A) => ({ 'x-access': access });

/** Everyone: signing in, enrolling, health. The handler limits how often. */
export const forAnyone = described({ scope: 'anonymous' });

/** Whoever is signed in, about themselves. */
export const forPersons = {
  ...described({ scope: 'person' }),
  security: PERSON,
  middleware: [countRefused, authenticate, limitCaller, idempotent],
};

/** The same, for what changes how they sign in: they proved who they are a short while ago. */
export const forPersonsProvenAnew = {
  ...described({ scope: 'person' }),
  security: PERSON,
  middleware: [
    countRefused,
    authenticate,
    limitCaller,
    createMiddleware<AppBindings>(async (c, next) => {
      requireRecent(c.get('caller').authenticatedAt, c.get('services').now());
      await requireOwnProof(c.get('services'), c.get('caller'));
      await next();
    }),
    idempotent,
  ],
};

function requireStepUp(c: Context<AppBindings>, permission: Permission): void {
  if (STEP_UP.has(permission)) requireRecent(c.get('caller').authenticatedAt, c.get('services').now());
}

const nodesAs = (who: 'members' | 'even revoked') => ({
  ...described({ scope: 'node' }),
  security: NODE,
  middleware: createMiddleware<AppBindings>(async (c, next) => {
    c.set('node', await authenticateNode(c.get('services'), c.req.header('authorization'), who));
    await next();
  }),
});

/** A node with a fresh assertion; the handler finds it as `c.get('node')`. */
export const forNodes = nodesAs('members');

/** Also one that was revoked: only for the snapshot that tells it so. */
export const forNodesEvenRevoked = nodesAs('even revoked');

function orgIn(c: Context<AppBindings>): OrgId {
  const id = OrgId.safeParse(c.req.param('org'));
  if (!id.success) throw new Refusal('not_found');
  return id.data;
}

/** A person with an access token, or a service account with a key of that organization. */
export async function callingMember(c: Context<AppBindings>): Promise<Caller> {
  const header = c.req.header('authorization');
  const token = bearer(header);
  return token.startsWith(API_KEY_PREFIX)
    ? authenticateKey(c.get('services'), orgIn(c), token, clientAddress(c))
    : callerOf(c.get('services'), header);
}

const authenticateMember = createMiddleware<AppBindings>(async (c, next) => {
  c.set('caller', await callingMember(c));
  await next();
});

/** A read goes on in the transaction that found who asks. */
async function memberOf(c: Context<AppBindings>, org: OrgId): Promise<Member> {
  const [services, caller, requestId] = [c.get('services'), c.get('caller'), c.get('requestId')];
  if (c.req.method !== 'GET') return membership(services, org, caller, requestId);
  const { member, db } = await membershipAndMore(services, org, caller, requestId);
  c.set('services', { ...services, db });
  return member;
}

/** A member of `{org}` who holds the permission; the handler finds what they are there as `c.get('member')`. */
export function forMembers(permission: OrgPermission) {
  const { middleware, ...declared } = forMembersUnkept(permission);
  return { ...declared, middleware: [...middleware, idempotent] };
}

/** The same, for an answer that is kept nowhere, not even sealed: an `Idempotency-Key` is not heeded. */
export function forMembersUnkept(permission: OrgPermission) {
  const check = createMiddleware<AppBindings>(async (c, next) => {
    const org = orgIn(c);
    const member = await memberOf(c, org);
    await limitOrganization(c, org);
    requireOrgPermission(member, permission);
    await requireSignInPolicy(c.get('services'), member, c.get('caller'));
    requireStepUp(c, permission);
    await requireAuthorityIn(c.get('services'), org, { permission, method: c.req.method });
    c.set('member', member);
    await next();
  });
  return {
    ...described({ scope: 'organization', permission }),
    security: [...PERSON, ...API_KEY],
    middleware: [countRefused, authenticateMember, limitCaller, check],
  };
}

/** Someone with a role on the platform that holds the permission. */
export function forPlatform(permission: PlatformPermission) {
  const check = createMiddleware<AppBindings>(async (c, next) => {
    await requirePlatformPermission(c.get('services').db, c.get('caller'), permission);
    await requireOwnProof(c.get('services'), c.get('caller'));
    requireStepUp(c, permission);
    const cluster = c.req.param('cluster');
    await requireAuthorityOver(c.get('services'), cluster, { permission, method: c.req.method });
    await next();
  });
  return {
    ...described({ scope: 'platform', permission }),
    security: PERSON,
    middleware: [countRefused, authenticate, limitCaller, check, idempotent],
  };
}
