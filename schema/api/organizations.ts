/** An organization as its people see it, what it chose, and what it may have. */
import { z } from 'zod';
import { Name, OrgId } from '../ids.ts';
import { OrgPermission } from '../permissions.ts';
import { Quotas } from '../quotas.ts';
import { RoleName } from '../roles.ts';

/** A picture inside the settings themselves: about 24 KB of PNG, JPEG or WebP. Never SVG, which may hold a script. */
const LOGO_CHARACTERS = 32_768;
const Logo = z
  .string()
  .max(LOGO_CHARACTERS)
  .regex(/^data:image\/(png|jpeg|webp);base64,[A-Za-z0-9+/]+={0,2}$/, {
    error: 'give a small PNG, JPEG or WebP picture as a data: URL',
  })
  .meta({
    examples: [
      'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=',
    ],
  });

export const Branding = z.strictObject({
  displayName: z.string().min(1).max(80).optional(),
  colour: z
    .string()
    .regex(/^#[0-9a-fA-F]{6}$/, { error: 'write the colour as #rrggbb' })
    .meta({ examples: ['#1f6feb'] })
    .optional(),
  logo: Logo.optional(),
});
export type Branding = z.infer<typeof Branding>;

/** What an organization may switch off for itself. */
export const Features = z.strictObject({
  /** Keys of service accounts are accepted. */
  apiKeys: z.boolean(),
  /** Its owner may lend access to the platform's people. */
  supportAccess: z.boolean(),
});
export type Features = z.infer<typeof Features>;
export const DEFAULT_FEATURES: Features = { apiKeys: true, supportAccess: true };

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
/** A language tag (BCP 47). */
const Locale = z
  .string()
  .max(35)
  .refine(isLocale, { error: 'write the language as en or de-CH' })
  .meta({ examples: ['de-CH'] });

export const OrganizationDetail = z.object({
  id: OrgId,
  name: Name,
  branding: Branding,
  features: Features,
  locale: z.string().meta({ examples: ['de-CH'] }),
});
export type OrganizationDetail = z.infer<typeof OrganizationDetail>;

/** What I am there; `role` is null for whom access was lent, and for the platform's owner while it has no owner of its own. */
export const Membership = z.object({
  id: OrgId,
  name: Name,
  role: RoleName.nullable(),
  permissions: z.array(OrgPermission),
});
export type Membership = z.infer<typeof Membership>;

/** What is left out stays as it is. */
export const ChangeOrganization = z.strictObject({
  branding: Branding.optional(),
  features: Features.partial().optional(),
  locale: Locale.optional(),
});
export type ChangeOrganization = z.infer<typeof ChangeOrganization>;

export const QuotasView = z.object({
  limits: Quotas,
  /** Now; what is a rate is not counted here. */
  used: Quotas.pick({ sessions: true, members: true, resources: true, apiKeys: true }),
});
export const ChangeQuotas = Quotas.partial();
