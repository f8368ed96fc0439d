/** Single sign-on by an organization's own provider: its settings, and the steps of a sign-in. */
import { z } from 'zod';
import { IdentityProviderId, Name, OrgId } from '../ids.ts';
import { OrgRole } from '../roles.ts';

/** `http:` and addresses of private networks are refused later, unless the installation allows them. */
const HttpUrl = z.url({ protocol: /^https?$/ }).max(2048);
const Attribute = z.string().min(1).max(256);
const Domain = z
  .string()
  .max(253)
  .toLowerCase()
  .regex(/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/, {
    error: 'use a domain name such as example.com',
  });
const Certificate = z
  .string()
  .max(16_384)
  .regex(/^-----BEGIN CERTIFICATE-----[\sA-Za-z0-9+/=]+-----END CERTIFICATE-----\s*$/, {
    error: 'use a certificate in PEM form',
  });

/** Asymmetric only: a provider can not sign with something this side also knows, nor not at all. */
export const ID_TOKEN_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'EdDSA',
] as const;

export const OidcSettings = z.strictObject({
  kind: z.literal('oidc'),
  /** Exactly as its ID tokens say it (OpenID Connect Discovery 1.0, section 4). */
  issuer: HttpUrl,
  clientId: z.string().min(1).max(256),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/))
    .max(16)
    .default(['openid', 'email', 'profile']),
  groupsClaim: Attribute.default('groups'),
  algorithms: z.array(z.enum(ID_TOKEN_ALGORITHMS)).min(1).default(['RS256', 'PS256', 'ES256', 'EdDSA']),
  /** For providers that never say `email_verified` (Entra): takes their word for addresses of `emailDomains`, which must then be given. */
  emailsAreVerified: z.boolean().default(false),
});
export type OidcSettings = z.infer<typeof OidcSettings>;

export const SamlSettings = z.strictObject({
  kind: z.literal('saml'),
  /** The provider's entity id. */
  idpIssuer: z.string().min(1).max(1024),
  /** Its single sign-on address for the HTTP-Redirect binding. */
  entryPoint: HttpUrl,
  /** Any of these may have signed; more than one while the provider changes its key. */
  certificates: z.array(Certificate).min(1).max(4),
  emailAttribute: Attribute.default('email'),
  nameAttribute: Attribute.default('displayName'),
  groupsAttribute: Attribute.default('groups'),
});
export type SamlSettings = z.infer<typeof SamlSettings>;

/** Scheme, host and port only: two parsers could read anything more in two ways. */
const LdapAddress = z
  .string()
  .max(1024)
  .regex(/^ldaps?:\/\/(\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9.-]+)(:[0-9]{1,5})?\/?$/, {
    error: 'use an address such as ldaps://dc1.example.com',
  });

const LdapFilter = (placeholder: string) =>
  z
    .string()
    .max(1024)
    .regex(/^\(.*\)$/)
    .refine((filter) => filter.includes(placeholder), { error: `use a filter that holds ${placeholder}` });

export const LdapSettings = z.strictObject({
  kind: z.literal('ldap'),
  url: LdapAddress,
  /** On an `ldap:` address: TLS before anything is said. */
  startTls: z.boolean().default(false),
  /** Whom to trust for the directory's certificate; the public authorities when absent. */
  certificateAuthority: Certificate.optional(),
  /** The service account that searches; its password is the provider's secret. */
  bindDn: z.string().min(1).max(1024),
  baseDn: z.string().min(1).max(1024),
  userFilter: LdapFilter('{username}').default('(|(uid={username})(mail={username}))'),
  /** Never changes for a person and is never given to another: `entryUUID`, in Active Directory `objectGUID`. */
  subjectAttribute: Attribute.default('entryUUID'),
  emailAttribute: Attribute.default('mail'),
  nameAttribute: Attribute.default('cn'),
  /** `memberOf` on the person, or a search for the groups that hold the person. Roles map from a group's whole DN: two groups may share a `cn`. */
  groups: z
    .discriminatedUnion('from', [
      z.strictObject({ from: z.literal('attribute'), attribute: Attribute.default('memberOf') }),
      z.strictObject({
        from: z.literal('search'),
        baseDn: z.string().min(1).max(1024),
        filter: LdapFilter('{dn}').default('(member={dn})'),
      }),
    ])
    .default({ from: 'attribute', attribute: 'memberOf' }),
});
export type LdapSettings = z.infer<typeof LdapSettings>;

export const ProviderSettings = z.discriminatedUnion('kind', [OidcSettings, SamlSettings, LdapSettings]);
export type ProviderSettings = z.infer<typeof ProviderSettings>;

/** The highest role that any of a person's groups gives; `otherwise` for who is in none of them (null: no way in). */
export const RoleMapping = z.strictObject({
  groups: z
    .array(z.strictObject({ group: z.string().min(1).max(1024), role: OrgRole }))
    .max(256)
    .default([]),
  otherwise: OrgRole.nullable().default(null),
});
export type RoleMapping = z.infer<typeof RoleMapping>;

export const SaveProvider = z
  .strictObject({
    name: Name,
    settings: ProviderSettings,
    /** Absent: what is there stays. Never given back. */
    secret: z.string().min(1).max(1024).optional(),
    enabled: z.boolean().default(false),
    roles: RoleMapping,
    emailDomains: z.array(Domain).max(64).default([]),
    /** Makes an account for who has none. */
    provisioning: z.boolean().default(false),
  })
  .refine(
    ({ settings, emailDomains }) =>
      settings.kind !== 'oidc' || !settings.emailsAreVerified || emailDomains.length > 0,
    { path: ['emailDomains'], error: 'name the domains whose addresses the provider is trusted with' },
  );
export type SaveProvider = z.infer<typeof SaveProvider>;

export const ProviderView = z.object({
  id: IdentityProviderId,
  name: Name,
  settings: ProviderSettings,
  hasSecret: z.boolean(),
  enabled: z.boolean(),
  roles: RoleMapping,
  emailDomains: z.array(z.string()),
  provisioning: z.boolean(),
  /** To copy into the provider: where it sends people back (OpenID Connect), or this side's entity id and address (SAML). */
  redirectUrl: z.string().optional(),
  metadataUrl: z.string().optional(),
  assertionUrl: z.string().optional(),
});
export type ProviderView = z.infer<typeof ProviderView>;
export const ProviderList = z.object({ providers: z.array(ProviderView) });

export const ProviderTest = z.object({ works: z.literal(true), detail: z.string() });
export type ProviderTest = z.infer<typeof ProviderTest>;

export const VerifiedDomain = z.object({ domain: Domain });
export const DomainList = z.object({ domains: z.array(z.string()) });

/** An organization's name, or an e-mail address of a domain that is verified as its own. */
export const DiscoverRequest = z.strictObject({ organization: z.string().min(1).max(254) });
export const ProviderChoice = z.object({
  id: IdentityProviderId,
  kind: z.enum(['oidc', 'saml', 'ldap']),
  name: z.string(),
  organization: z.string(),
});
export type ProviderChoice = z.infer<typeof ProviderChoice>;
export const ProviderChoices = z.object({ providers: z.array(ProviderChoice) });

/** As PKCE has it (RFC 7636): the SHA-256 of a secret of 32 random bytes, base64url. */
const Challenge = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
/** A command line's own listener (RFC 8252, section 7.3): the literal address, never a name. */
const Loopback = z.string().regex(/^http:\/\/(127\.0\.0\.1|\[::1\]):[1-9][0-9]{0,4}\/[A-Za-z0-9_-]{0,64}$/);

export const StartRequest = z.strictObject({
  provider: IdentityProviderId,
  challenge: Challenge,
  /** Where the one-time code goes: the console, or a loopback address of the command line. */
  returnTo: z.union([z.literal('console'), Loopback]),
});
export const StartAnswer = z.object({ url: z.string() });

export const CodeExchange = z.strictObject({
  code: z.string().max(128),
  verifier: z.string().min(43).max(128),
  cookie: z.boolean().default(false),
});

export const DirectoryLogin = z.strictObject({
  provider: IdentityProviderId,
  username: z.string().min(1).max(256),
  /** Never empty: a directory takes that for an anonymous bind and says yes (RFC 4513, section 5.1.2). */
  password: z.string().min(1).max(1024),
  cookie: z.boolean().default(false),
});

export const OneProvider = z.object({ org: OrgId, provider: IdentityProviderId });
