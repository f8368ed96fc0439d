import { expect, test } from 'vitest';
import type { SignInPolicy } from '../../schema/api/sign-in.ts';
import { OPEN_POLICY, requireRecent, type SignInFacts, STEP_UP_MS, unmet } from './policy.ts';

const member: SignInFacts = {
  evidence: ['pwd'],
  vouchedBy: 'nobody',
  isMember: true,
  administers: false,
  deviceApproved: false,
};
const code = (policy: Partial<SignInPolicy>, facts: Partial<SignInFacts> = {}) =>
  unmet({ ...OPEN_POLICY, ...policy }, { ...member, ...facts })?.code;

test('without a policy every method will do', () => {
  for (const evidence of [['pwd'], ['hwk', 'mfa']] as const) expect(code({}, { evidence })).toBeUndefined();
  expect(code({}, { evidence: ['sso'], vouchedBy: 'own' })).toBeUndefined();
});

test('an organization with its own identity provider takes nothing else', () => {
  expect(code({ ssoOnly: true })).toBe('sign_in_method_not_allowed');
  expect(code({ ssoOnly: true }, { evidence: ['hwk', 'mfa'] })).toBe('sign_in_method_not_allowed');
  expect(code({ ssoOnly: true }, { evidence: ['sso'], vouchedBy: 'own' })).toBeUndefined();
});

test("another organization's identity provider is nobody's word here", () => {
  expect(code({}, { evidence: ['sso'], vouchedBy: 'other' })).toBe('sign_in_method_not_allowed');
  expect(code({ ssoOnly: true }, { evidence: ['sso', 'pwd'], vouchedBy: 'other' })).toBe(
    'sign_in_method_not_allowed',
  );
  // A proof of their own beside it is theirs.
  expect(code({}, { evidence: ['sso', 'pwd'], vouchedBy: 'other' })).toBeUndefined();
});

test('a method that is not allowed is named, one beside it is taken', () => {
  expect(code({ passwordAllowed: false })).toBe('sign_in_method_not_allowed');
  expect(code({ passwordAllowed: false }, { evidence: ['hwk', 'mfa'] })).toBeUndefined();
  expect(code({ passkeyAllowed: false }, { evidence: ['hwk', 'mfa'] })).toBe('sign_in_method_not_allowed');
  expect(code({ passkeyAllowed: false }, { evidence: ['pwd', 'hwk', 'mfa'] })).toBeUndefined();
});

test('a second factor for administrators leaves others alone', () => {
  expect(code({ secondFactor: 'admins' })).toBeUndefined();
  const administers = true;
  expect(code({ secondFactor: 'admins' }, { administers })).toBe('second_factor_required');
  expect(code({ secondFactor: 'admins' }, { administers, evidence: ['pwd', 'otp', 'mfa'] })).toBeUndefined();
  expect(code({ secondFactor: 'everyone' })).toBe('second_factor_required');
});

test('a device waits for approval only where that is asked for', () => {
  expect(code({ deviceApproval: 'require' })).toBe('device_not_approved');
  expect(code({ deviceApproval: 'require' }, { deviceApproved: true })).toBeUndefined();
  expect(code({ deviceApproval: 'notify' })).toBeUndefined();
});

test('a proof is recent for ten minutes, and not a moment longer', () => {
  expect(() => requireRecent(0, STEP_UP_MS)).not.toThrow();
  expect(() => requireRecent(0, STEP_UP_MS + 1)).toThrow('prove once more');
});
