/** Sign-in. Access tokens live ten minutes; refresh tokens rotate, and a reused one ends its whole family. */
import { z } from 'zod';
import { Name, OrgId, UserId } from '../ids.ts';
import { PlatformRole, RoleName } from '../roles.ts';

export const ACCESS_LIFETIME_S = 600;

export const LoginRequest = z.strictObject({
  email: z.email().max(254),
  password: z.string().min(1).max(1024),
  /** A browser keeps its refresh token in an HttpOnly cookie and never sees it. */
  cookie: z.boolean().default(false),
});
export type LoginRequest = z.input<typeof LoginRequest>;

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
