/** A provider as a form's fields and back: pure. */
import { type ProviderView, SaveProvider } from '../../schema/api/sso.ts';
import { Refusal } from '../../schema/refusal.ts';

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly type?: 'area' | 'check' | 'secret';
  readonly optional?: boolean;
  readonly list?: 'words' | 'certificates';
}

const WANTED = { optional: true } as const;

/** What each kind asks for besides what all have. */
export const FIELDS: Record<ProviderView['settings']['kind'], readonly Field[]> = {
  oidc: [
    { name: 'issuer', label: 'Issuer', hint: 'https://idp.example.com/realms/main' },
    { name: 'clientId', label: 'Client id' },
    { name: 'scopes', label: 'Scopes', hint: 'openid email profile', list: 'words', ...WANTED },
    { name: 'groupsClaim', label: 'Claim that holds the groups', hint: 'groups', ...WANTED },
    {
      name: 'emailsAreVerified',
      label: 'It never says email_verified: trust its addresses of the domains below',
      type: 'check',
    },
  ],
  saml: [
    { name: 'idpIssuer', label: "Provider's entity id" },
    { name: 'entryPoint', label: 'Single sign-on address (HTTP-Redirect)' },
    { name: 'certificates', label: 'Signing certificates (PEM)', type: 'area', list: 'certificates' },
    { name: 'emailAttribute', label: 'Attribute with the e-mail address', hint: 'email', ...WANTED },
    { name: 'nameAttribute', label: 'Attribute with the name', hint: 'displayName', ...WANTED },
    { name: 'groupsAttribute', label: 'Attribute with the groups', hint: 'groups', ...WANTED },
  ],
  ldap: [
    { name: 'url', label: 'Address', hint: 'ldaps://dc1.example.com' },
    { name: 'startTls', label: 'Start TLS on an ldap: address', type: 'check' },
    { name: 'certificateAuthority', label: 'Certificate authority (PEM)', type: 'area', ...WANTED },
    { name: 'bindDn', label: 'Service account (DN); its password is the secret' },
    { name: 'baseDn', label: 'Where people are (DN)' },
    { name: 'userFilter', label: 'Filter', hint: '(|(uid={username})(mail={username}))', ...WANTED },
    {
      name: 'subjectAttribute',
      label: 'Attribute that never changes',
      hint: 'entryUUID; Active Directory: objectGUID',
      ...WANTED,
    },
  ],
};

/** @param before what the form does not ask for stays as it was @throws Refusal `bad_request` that names the field */
export function readForm(form: FormData, before?: ProviderView['settings']): SaveProvider {
  const text = (name: string) => String(form.get(name) ?? '').trim();
  const kind = text('kind');
  const asked = kind === 'oidc' || kind === 'saml' || kind === 'ldap' ? FIELDS[kind] : [];
  const kept = Object.entries(before ?? {}).filter(([name]) => !asked.some((field) => field.name === name));
  const settings: Record<string, unknown> = { ...Object.fromEntries(kept), kind };
  for (const { name, type, list } of asked) {
    const value = text(name);
    if (type === 'check') settings[name] = value === 'on';
    else if (value !== '') settings[name] = list ? split(value, list) : value;
  }
  const secret = text('secret');
  const parsed = SaveProvider.safeParse({
    name: text('name'),
    settings,
    ...(secret === '' ? {} : { secret }),
    enabled: text('enabled') === 'on',
    roles: { groups: mappings(text('groups')), otherwise: text('otherwise') || null },
    emailDomains: split(text('emailDomains'), 'words'),
    provisioning: text('provisioning') === 'on',
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Refusal('bad_request', `${issue?.path.join('.')}: ${issue?.message}`);
}

function split(value: string, list: 'words' | 'certificates'): string[] {
  if (list === 'words') return value.split(/[\s,]+/).filter((word) => word !== '');
  return value.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [value];
}

/** `group = role`, one a line; a DN has signs of equality of its own, so the last one counts. */
function mappings(value: string): { group: string; role: string }[] {
  const lines = value.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const at = line.lastIndexOf('=');
    const [group, role] = [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    if (at < 1 || !role.startsWith('organization_'))
      throw new Refusal('bad_request', `write "group = organization_user", one a line: ${line.trim()}`);
    return { group, role };
  });
}

export function writeForm(provider: ProviderView): Record<string, string> {
  const { name, settings, roles, emailDomains, provisioning, enabled } = provider;
  const on = (value: boolean) => (value ? 'on' : '');
  const written: Record<string, string> = {
    name,
    kind: settings.kind,
    groups: roles.groups.map(({ group, role }) => `${group} = ${role}`).join('\n'),
    otherwise: roles.otherwise ?? '',
    emailDomains: emailDomains.join(' '),
    provisioning: on(provisioning),
    enabled: on(enabled),
  };
  const values: Record<string, unknown> = settings;
  for (const { name: field, type, list } of FIELDS[settings.kind]) {
    const value = values[field];
    if (type === 'check') written[field] = on(value === true);
    else if (Array.isArray(value)) written[field] = value.join(list === 'words' ? ' ' : '\n');
    else if (value !== undefined) written[field] = String(value);
  }
  return written;
}
