import { expect, test } from 'vitest';
import { AttachmentId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { NO_SESSION_POLICY, type SessionPolicy } from '../../schema/session-policy.ts';
import { admission, MAX_SEATS, type Seat } from './admission.ts';

const id = () => AttachmentId.parse(crypto.randomUUID());
const first: Seat = { attachment: id(), who: 'ada', role: 'controller', away: false };
const comer = (role: Seat['role'], who = 'ada') => ({ attachment: id(), who, role });
const terms = (policy: Partial<SessionPolicy> = {}, hasControl = true) => ({
  policy: { ...NO_SESSION_POLICY, ...policy },
  holder: 'ada',
  hasControl,
});
const outcome = (...given: Parameters<typeof admission>): string => {
  try {
    const answer = admission(...given);
    return answer.kind === 'ask' ? 'ask' : answer.deposes === undefined ? 'enter' : 'depose';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
};

test.each([
  ['nobody there', terms({ takeover: 'never' }), [], 'controller', 'enter'],
  ['somebody there, allowed', terms(), [first], 'controller', 'depose'],
  ['somebody there, ask', terms({ takeover: 'ask' }), [first], 'controller', 'ask'],
  ['somebody there, never', terms({ takeover: 'never' }), [first], 'controller', 'takeover_refused'],
  [
    'whose path is lost, never',
    terms({ takeover: 'never' }),
    [{ ...first, away: true }],
    'controller',
    'depose',
  ],
  [
    'only watched, never',
    terms({ takeover: 'never' }),
    [{ ...first, role: 'observer' }],
    'controller',
    'enter',
  ],
  ['connections apart from each other', terms({ takeover: 'never' }, false), [first], 'controller', 'enter'],
  ['own watcher', terms(), [first], 'observer', 'enter'],
  ['watching never', terms({ observe: 'never' }), [first], 'observer', 'watching_refused'],
  ['own sharer', terms(), [first], 'shared', 'enter'],
  ['sharing never', terms({ share: 'never' }), [first], 'shared', 'watching_refused'],
] as const)('%s', (_, given, seats, role, expected) => {
  expect(outcome(given, seats, comer(role))).toBe(expected);
});

test('somebody else watches or shares only where the policy is open to those permitted', () => {
  for (const role of ['observer', 'shared'] as const) {
    expect(outcome(terms(), [first], comer(role, 'bob'))).toBe('watching_refused');
    const open = terms({ observe: 'permitted', share: 'permitted' });
    expect(outcome(open, [first], comer(role, 'bob'))).toBe('enter');
    expect(outcome({ ...terms(), holder: undefined }, [first], comer(role))).toBe('watching_refused');
  }
});

test('so many and no more', () => {
  const full = Array.from({ length: MAX_SEATS }, () => ({ ...first, role: 'observer' as const }));
  expect(outcome(terms(), full, comer('observer'))).toBe('overloaded');
});
