/** Asking for access for a while: who may ask for a resource, and when nobody needs to be asked back. */
import { z } from 'zod';
import { Window } from './policy.ts';
import { RoleName } from './roles.ts';

const Roles = z.array(RoleName).min(1).max(32);
/** Longest that access may be asked for, seconds. */
export const LONGEST_ACCESS_S = 7 * 24 * 3600;
const Seconds = z.int().min(60).max(LONGEST_ACCESS_S);

export const RequestRule = z
  .strictObject({
    /** Who may ask, and finds the resource among those that can be asked for. */
    by: Roles,
    maxSeconds: Seconds.default(8 * 3600),
    /** Who of them is given it at once, and when; null: somebody decides each time. */
    auto: z
      .strictObject({ roles: Roles, window: Window.nullable().default(null) })
      .nullable()
      .default(null),
  })
  .meta({ examples: [{ by: ['organization_user'], maxSeconds: 3600 }] });
export type RequestRule = z.infer<typeof RequestRule>;

export const RequestState = z.enum(['pending', 'approved', 'denied', 'withdrawn', 'expired']);
export type RequestState = z.infer<typeof RequestState>;
/** How long one waits to be decided, milliseconds. */
export const PENDING_MS = 24 * 3600 * 1000;
