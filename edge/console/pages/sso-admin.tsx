/** An organization's identity providers: what there is, what to copy into the provider, and a form for one. */
import { useEffect, useState } from 'preact/hooks';
import type { ProviderView } from '../../../schema/api/sso.ts';
import { OrgRole } from '../../../schema/roles.ts';
import { Confirmation } from '../admin/dialog.tsx';
import type { Providers } from '../sso.ts';
import { FIELDS, type Field, readForm, writeForm } from '../sso-form.ts';

type Kind = ProviderView['settings']['kind'];
const KINDS: Record<Kind, string> = {
  oidc: 'OpenID Connect',
  saml: 'SAML 2.0',
  ldap: 'LDAP / Active Directory',
};

export function SsoAdminPage({ providers }: { providers: Providers }) {
  const [all, setAll] = useState<ProviderView[]>([]);
  const [editing, setEditing] = useState<ProviderView | 'new' | undefined>();
  const [removing, setRemoving] = useState<ProviderView>();
  const [told, setTold] = useState('');
  const attempt = async (work: () => Promise<string>) => {
    try {
      setTold(await work());
      setAll(await providers.list());
    } catch (error) {
      setTold(error instanceof Error ? error.message : String(error));
    }
  };
  useEffect(() => void attempt(async () => ''), [providers]);
  const save = (form: FormData) =>
    attempt(async () => {
      await providers.save(
        editing === 'new' ? undefined : editing?.id,
        readForm(form, editing === 'new' ? undefined : editing?.settings),
      );
      setEditing(undefined);
      return 'Saved.';
    });
  return (
    <main class="list">
      <div class="head">
        <h1>Single sign-on</h1>
        <button type="button" onClick={() => setEditing('new')} data-testid="add-provider">
          Add a provider
        </button>
      </div>
      {told !== '' && (
        <p role="status" data-testid="told">
          {told}
        </p>
      )}
      {editing !== undefined && (
        <ProviderForm key={editing === 'new' ? 'new' : editing.id} provider={editing} save={save} />
      )}
      <ul>
        {all.map((provider) => (
          <li key={provider.id} data-testid={`provider-${provider.name}`}>
            <div class="row">
              <span class="protocol">{provider.settings.kind}</span>
              <span class="name">{provider.name}</span>
              <span class="muted">{provider.enabled ? 'on' : 'off'}</span>
              <button
                type="button"
                class="quiet"
                onClick={() => void attempt(() => providers.test(provider.id))}
              >
                Test
              </button>
              <button type="button" class="quiet" onClick={() => setEditing(provider)}>
                Edit
              </button>
              <button type="button" class="quiet" onClick={() => setRemoving(provider)}>
                Remove
              </button>
            </div>
            <Addresses provider={provider} />
          </li>
        ))}
      </ul>
      {removing && (
        <Confirmation
          title={`Remove the provider ${removing.name}?`}
          text="Nobody signs in by it any more, and what it was set up with is gone."
          label="Remove"
          work={() => providers.remove(removing.id)}
          close={() => setRemoving(undefined)}
          done={async () => {
            setRemoving(undefined);
            await attempt(async () => 'Removed.');
          }}
        />
      )}
    </main>
  );
}

/** What the provider's own settings ask for. */
function Addresses({ provider: { redirectUrl, metadataUrl, assertionUrl } }: { provider: ProviderView }) {
  const rows = [
    ['Redirect URI', redirectUrl],
    ['Entity id and metadata', metadataUrl],
    ['Assertion consumer service', assertionUrl],
  ] as const;
  return rows.map(
    ([label, address]) =>
      address !== undefined && (
        <pre class="command" key={label}>
          <span class="muted">{label}</span>
          <code>{address}</code>
          <button type="button" class="quiet" onClick={() => void navigator.clipboard.writeText(address)}>
            Copy
          </button>
        </pre>
      ),
  );
}

interface Editing {
  readonly provider: ProviderView | 'new';
  readonly save: (form: FormData) => void;
}

function ProviderForm({ provider, save }: Editing) {
  const values = provider === 'new' ? {} : writeForm(provider);
  const [kind, setKind] = useState<Kind>(provider === 'new' ? 'oidc' : provider.settings.kind);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (event.currentTarget instanceof HTMLFormElement) save(new FormData(event.currentTarget));
  };
  const isKind = (value: string): value is Kind => value in KINDS;
  return (
    <form class="card wide" onSubmit={submit}>
      <label>
        Kind
        <select
          name="kind"
          value={kind}
          onChange={({ currentTarget }) => isKind(currentTarget.value) && setKind(currentTarget.value)}
        >
          {Object.entries(KINDS).map(([value, label]) => (
            <option key={value} value={value} disabled={provider !== 'new' && value !== kind}>
              {label}
            </option>
          ))}
        </select>
      </label>
      {[...COMMON_BEFORE, ...FIELDS[kind], ...COMMON_AFTER].map((field) => (
        <OneField key={field.name} field={field} value={values[field.name] ?? ''} />
      ))}
      <label>
        Role of who is in none of these groups
        <select name="otherwise" defaultValue={values['otherwise'] ?? ''}>
          <option value="">none: no way in</option>
          {OrgRole.options.map((role) => (
            <option key={role}>{role}</option>
          ))}
        </select>
      </label>
      <button type="submit" data-testid="save-provider">
        Save
      </button>
    </form>
  );
}

const COMMON_BEFORE: readonly Field[] = [{ name: 'name', label: 'Name', hint: 'main' }];
const COMMON_AFTER: readonly Field[] = [
  { name: 'secret', label: 'Secret (empty: what is there stays)', type: 'secret', optional: true },
  {
    name: 'groups',
    label: 'Groups and roles, one a line',
    hint: 'admins = organization_admin',
    type: 'area',
    optional: true,
  },
  { name: 'emailDomains', label: 'Only addresses of these domains (empty: any)', optional: true },
  { name: 'provisioning', label: 'Make an account for who has none', type: 'check' },
  { name: 'enabled', label: 'Switched on', type: 'check' },
];

function OneField({ field: { name, label, hint, type, optional }, value }: { field: Field; value: string }) {
  const shared = { id: name, name, required: !optional, 'data-testid': `field-${name}`, defaultValue: value };
  const placeholder = hint ?? '';
  if (type === 'check')
    return (
      <label>
        <input type="checkbox" name={name} defaultChecked={value === 'on'} data-testid={`field-${name}`} />
        {label}
      </label>
    );
  return (
    <>
      <label for={name}>{label}</label>
      {type === 'area' && <textarea rows={4} placeholder={placeholder} {...shared} />}
      {type === 'secret' && <input type="password" autocomplete="new-password" {...shared} />}
      {type === undefined && <input placeholder={placeholder} autocomplete="off" {...shared} />}
    </>
  );
}
