/**
 * What somebody may do with a resource. Denied unless a grant says otherwise; several grants add up; nothing goes beyond the channels that
 * the protocol has. Pure: the same grants, principal and moment give the same answer, in any order.
 */
import { PROTOCOL_CHANNELS } from '../../schema/api/resources.ts';
import { CHANNELS, type ChannelGrant, type ChannelGrants } from '../../schema/channel.ts';
import type { Grantee, Labels, Scope, Window } from '../../schema/policy.ts';
import type { Protocol } from '../../schema/resource.ts';
import { isWithin } from './window.ts';

/** Whom a grant can be for: one person or service account, with the roles and groups that are theirs. */
export interface Principal {
  readonly type: 'user' | 'service_account';
  readonly id: string;
  readonly roles: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
}

export interface Grant {
  readonly to: Grantee;
  readonly on: Scope;
  /** Null: all that the protocol has. */
  readonly channels: ChannelGrants | null;
  readonly expiresAt: Date | null;
  readonly window: Window | null;
}

export interface Governed {
  readonly id: string;
  readonly protocol: Protocol;
  readonly labels: Labels;
}

/** Undefined when nothing is allowed. */
export function allowedChannels(
  principal: Principal,
  resource: Governed,
  grants: readonly Grant[],
  now: Date,
): ChannelGrants | undefined {
  const all: ChannelGrants = PROTOCOL_CHANNELS[resource.protocol];
  const holding = grants.filter(
    (grant) => isFor(grant.to, principal) && covers(grant.on, resource) && holds(grant, now),
  );
  const allowed: ChannelGrants = {};
  for (const channel of CHANNELS) {
    const limit = all[channel];
    if (!limit) continue;
    const given = holding.map(({ channels }) => (channels ?? all)[channel]);
    const either = (way: keyof ChannelGrant) => limit[way] && given.some((grant) => grant?.[way] ?? false);
    const [send, receive] = [either('send'), either('receive')];
    if (send || receive) allowed[channel] = { send, receive };
  }
  return Object.keys(allowed).length > 0 ? allowed : undefined;
}

/** Whether nothing of `before` is missing in `after`. */
export function isAtLeast(after: ChannelGrants | undefined, before: ChannelGrants | undefined): boolean {
  return CHANNELS.every((channel) => {
    const [had, has] = [before?.[channel], after?.[channel]];
    return (!had?.send || has?.send === true) && (!had?.receive || has?.receive === true);
  });
}

export function isFor(to: Grantee, principal: Principal): boolean {
  switch (to.type) {
    case 'user':
      return principal.type === 'user' && to.user === principal.id;
    case 'service_account':
      return principal.type === 'service_account' && to.serviceAccount === principal.id;
    case 'role':
      return principal.roles.has(to.role);
    case 'group':
      return principal.groups.has(to.group);
  }
}

function covers(on: Scope, { id, labels }: Governed): boolean {
  if ('resource' in on) return on.resource === id;
  const wanted = Object.entries(on.matchLabels);
  return (
    wanted.length > 0 && wanted.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value)
  );
}

function holds({ expiresAt, window }: Grant, now: Date): boolean {
  return (expiresAt === null || expiresAt > now) && (window === null || isWithin(window, now));
}
