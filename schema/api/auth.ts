/** Staying signed in (how one signs in: sign-in.ts). Access tokens live ten minutes; refresh tokens rotate, and a reused one ends its whole family. */
import { z } from 'zod';
import { Name, OrgId, UserId } from '../ids.ts';
import { PlatformRole, RoleName } from '../roles.ts';

export const ACCESS_LIFETIME_S = 600;

export const Me = z.object({
  id: UserId,
  email: z.string(),
  name: z.string(),
  platformRole: PlatformRole.nullable(),
  organizations: z.array(z.object({ id: OrgId, name: Name, role: RoleName })),
});
export type Me = z.infer<typeof Me>;

export const SignedIn = z.object({
  accessToken: z.string(),
  /** Seconds. */
  expiresIn: z.int(),
  /** Absent when it went into the cookie. */
  refreshToken: z.string().optional(),
  user: Me,
});
export type SignedIn = z.infer<typeof SignedIn>;

export const RefreshRequest = z.strictObject({ refreshToken: z.string().max(512).optional() });
