/** Who may ask for access, who gets it at once, and who may decide. Pure. */
import type { RequestRule, RequestState } from '../../../schema/access-request.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { isWithin } from '../../policy/window.ts';

const isAnyOf = (roles: readonly string[], held: ReadonlySet<string>) => roles.some((role) => held.has(role));

export function mayAsk(rule: RequestRule | null, roles: ReadonlySet<string>): rule is RequestRule {
  return rule !== null && isAnyOf(rule.by, roles);
}

export function isApprovedAtOnce({ auto }: RequestRule, roles: ReadonlySet<string>, now: Date): boolean {
  return auto !== null && isAnyOf(auto.roles, roles) && (auto.window === null || isWithin(auto.window, now));
}

interface Waiting {
  readonly userId: string;
  readonly state: RequestState;
  readonly expiresAt: Date;
}

/** Four eyes: nobody decides what they asked for themselves. @throws Refusal `forbidden`, `conflict` */
export function requireDecidable({ userId, state, expiresAt }: Waiting, decider: string, now: Date): void {
  if (userId === decider) throw new Refusal('forbidden', 'somebody else decides what you asked for');
  if (state !== 'pending') throw new Refusal('conflict', `this request is ${state} already`);
  if (expiresAt <= now) throw new Refusal('conflict', 'this request was not decided in time');
}
