/** The words of a policy: labels on resources, whom a grant is for, what it covers, and when it holds. */
import { z } from 'zod';
import { GroupId, ResourceId, ServiceAccountId, UserId } from './ids.ts';
import { RoleName } from './roles.ts';

const LabelKey = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9._/-]{0,61}[a-z0-9])?$/, { error: 'use lower case letters, digits and . _ / -' });
const LabelValue = z.string().min(1).max(63);
const MAX_LABELS = 32;

export const Labels = z
  .record(LabelKey, LabelValue)
  .refine((labels) => Object.keys(labels).length <= MAX_LABELS, { error: `at most ${MAX_LABELS} labels` })
  .meta({ examples: [{ env: 'production' }] });
export type Labels = z.infer<typeof Labels>;

/** A resource matches that has all of these. None at all would mean every resource, and is refused: it is a slip more often than a wish. */
export const MatchLabels = Labels.refine((labels) => Object.keys(labels).length > 0, {
  error: 'name at least one label',
});

export const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Day = (typeof DAYS)[number];

const Clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'write it as HH:MM' });
function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** `to` is the first minute outside. A window whose `to` is not after its `from` runs past midnight and belongs to the day it began. */
export const Window = z.strictObject({
  days: z
    .array(z.enum(DAYS))
    .min(1)
    .max(7)
    .meta({ examples: [['mon', 'tue', 'wed', 'thu', 'fri']] }),
  from: Clock.meta({ examples: ['08:00'] }),
  to: Clock.meta({ examples: ['18:00'] }),
  timeZone: z
    .string()
    .max(64)
    .refine(isTimeZone, { error: 'no such time zone: write it as Europe/Berlin' })
    .meta({ examples: ['Europe/Berlin'] }),
});
export type Window = z.infer<typeof Window>;

export const Grantee = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('user'), user: UserId }),
  z.strictObject({ type: z.literal('role'), role: RoleName }),
  z.strictObject({ type: z.literal('group'), group: GroupId }),
  z.strictObject({ type: z.literal('service_account'), serviceAccount: ServiceAccountId }),
]);
export type Grantee = z.infer<typeof Grantee>;

/** One resource, or whatever has these labels, now and later. */
export const Scope = z.union([
  z.strictObject({ resource: ResourceId }),
  z.strictObject({ matchLabels: MatchLabels }),
]);
export type Scope = z.infer<typeof Scope>;
