/** Who, of those whose permissions open the route, may use or reveal one secret. A list replaces what holds without one. */
import type { Grantee } from '../../schema/policy.ts';
import { Refusal } from '../../schema/refusal.ts';
import { type Caller, type Member, principalOf } from '../caller.ts';
import { isFor, type Principal } from '../policy/evaluate.ts';

interface Guarded {
  readonly name: string;
  readonly useBy: readonly Grantee[] | null;
  readonly revealBy: readonly Grantee[] | null;
}

const isNamed = (list: readonly Grantee[], principal: Principal) => list.some((to) => isFor(to, principal));

/** Those it names; without names, those who manage secrets. Whoever gives a secret to a resource could have it shown to a machine of their own. */
export function mayUseSecret(caller: Caller, member: Member): (secret: Guarded) => void {
  return ({ name, useBy }) => {
    const may =
      useBy === null ? member.permissions.has('secrets.manage') : isNamed(useBy, principalOf(caller, member));
    if (!may) throw new Refusal('forbidden', `you may not use the secret ${name}`);
  };
}

/** Those it names; without names, everybody who may reveal secrets. */
export function mayRevealSecret(caller: Caller, member: Member): (secret: Guarded) => void {
  return ({ name, revealBy }) => {
    if (revealBy !== null && !isNamed(revealBy, principalOf(caller, member)))
      throw new Refusal('forbidden', `you may not reveal the secret ${name}`);
  };
}
