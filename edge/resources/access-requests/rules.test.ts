import { expect, test } from 'vitest';
import { RequestRule } from '../../../schema/access-request.ts';
import { isApprovedAtOnce, mayAsk, requireDecidable } from './rules.ts';

const roles = (...names: string[]) => new Set(names);
const now = new Date('2026-06-01T12:00:00Z');

test('asks who has one of the roles, and for nothing that has no rule', () => {
  const rule = RequestRule.parse({ by: ['organization_user'] });
  expect(mayAsk(rule, roles('organization_user'))).toBe(true);
  expect(mayAsk(rule, roles('organization_auditor'))).toBe(false);
  expect(mayAsk(null, roles('organization_owner'))).toBe(false);
});

test('is given at once only to the roles and in the hours that the rule names', () => {
  const window = { days: ['mon'], from: '08:00', to: '18:00', timeZone: 'UTC' } as const;
  const rule = (auto: object | null) => RequestRule.parse({ by: ['organization_user'], auto });
  const held = roles('organization_user');
  expect(isApprovedAtOnce(rule(null), held, now)).toBe(false);
  expect(isApprovedAtOnce(rule({ roles: ['organization_user'] }), held, now)).toBe(true);
  expect(isApprovedAtOnce(rule({ roles: ['oncall'] }), held, now)).toBe(false);
  expect(isApprovedAtOnce(rule({ roles: ['organization_user'], window }), held, now)).toBe(true);
  const night = new Date('2026-06-01T20:00:00Z');
  expect(isApprovedAtOnce(rule({ roles: ['organization_user'], window }), held, night)).toBe(false);
});

test('nobody decides their own, a decided one, or one that is too old', () => {
  const waiting = { userId: 'ada', state: 'pending', expiresAt: new Date(now.getTime() + 1) } as const;
  expect(() => requireDecidable(waiting, 'bob', now)).not.toThrow();
  expect(() => requireDecidable(waiting, 'ada', now)).toThrow('somebody else');
  expect(() => requireDecidable({ ...waiting, state: 'denied' }, 'bob', now)).toThrow('already');
  expect(() => requireDecidable({ ...waiting, expiresAt: now }, 'bob', now)).toThrow('in time');
});
