/** Who a provider says a person is, the same for every kind of provider. */
import { z } from 'zod';
import { Refusal } from '../../schema/refusal.ts';

const MAX_GROUPS = 2_000;

/** `subject` never changes for a person and is theirs alone at that provider. */
export const Identity = z.object({
  subject: z.string().min(1).max(512),
  email: z.email().max(254).toLowerCase(),
  name: z.string().min(1).max(200),
  groups: z.array(z.string().max(1024)).max(MAX_GROUPS),
});
export type Identity = z.infer<typeof Identity>;

/** @throws Refusal `sso_refused` that names what is missing */
export function identityOf(said: { [K in keyof Identity]: unknown }): Identity {
  const parsed = Identity.safeParse(said);
  if (parsed.success) return parsed.data;
  const missing = [...new Set(parsed.error.issues.map(({ path }) => path[0]))].join(', ');
  throw new Refusal(
    'sso_refused',
    `the provider did not say who you are: ${missing} is missing or not usable`,
  );
}

/** A claim or attribute of one value or many, as a list of texts. */
export function texts(value: unknown): string[] {
  const values = Array.isArray(value) ? value : [value];
  return values.filter((entry) => typeof entry === 'string');
}

/** By its whole name, else along its dots (Keycloak's `realm_access.roles`). */
export function claimAt(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}
