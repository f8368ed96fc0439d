/** What the organization chose for itself, and what the platform lets it have. */
import { ChangeOrganization } from '../../../../schema/api/organizations.ts';
import { answered } from '../../api.ts';
import { LOOKS_CHANGED } from '../../brand.tsx';
import { Form } from '../../pages/form.tsx';
import { checked } from '../checked.ts';
import { Check, Text } from '../fields.tsx';
import { Frame } from '../frame.tsx';
import type { OrganizationPage } from '../props.ts';
import { useWork } from '../work.tsx';
import { logoOf } from './logo.ts';
import { QuotaTable } from './quotas.tsx';

export function SettingsPage({ api, client, may }: OrganizationPage) {
  const work = useWork(async () => {
    const [organization, quotas] = await Promise.all([
      answered(client.GET('/v1/orgs/{org}', api.here)),
      answered(client.GET('/v1/orgs/{org}/quotas', api.here)),
    ]);
    return { organization, quotas };
  });
  const save = async (field: (name: string) => string, fields: FormData) => {
    const logo = await logoOf(fields.get('logo'));
    const branding = {
      ...(field('displayName').trim() !== '' && { displayName: field('displayName').trim() }),
      ...(field('coloured') && { colour: field('colour') }),
      ...(logo !== undefined && { logo }),
    };
    const features = { apiKeys: field('apiKeys') === 'on', supportAccess: field('supportAccess') === 'on' };
    const body = checked(ChangeOrganization, { branding, features, locale: field('locale').trim() });
    await client.PATCH('/v1/orgs/{org}', { ...api.here, body });
    dispatchEvent(new Event(LOOKS_CHANGED));
    await work.again();
  };
  return (
    <Frame title="Settings" work={work}>
      {({ organization: { name, branding, features, locale }, quotas }) => (
        <>
          <section aria-labelledby="looks">
            <h2 id="looks">Organization {name}</h2>
            {may('organization.manage') ? (
              <Form submit={save} label="Save" done="Saved." class="panel" testId="save-settings">
                <Text name="displayName" label="Name that people see" value={branding.displayName ?? ''} />
                <div class="side-by-side">
                  <Text name="colour" label="Colour" type="color" value={branding.colour ?? '#2f6fde'} />
                  <Text name="locale" label="Language" value={locale} hint="en, de-CH" required />
                </div>
                <Check name="coloured" label="Use this colour" checked={branding.colour !== undefined} />
                <label>
                  Picture
                  <input type="file" name="logo" accept="image/png,image/jpeg,image/webp" />
                  <span class="hint">PNG, JPEG or WebP of 24 KB at most. Empty: what is there stays.</span>
                </label>
                <Check
                  name="apiKeys"
                  label="Keys of service accounts are accepted"
                  checked={features.apiKeys}
                />
                <Check
                  name="supportAccess"
                  label="Its owner may lend access to the platform's people"
                  checked={features.supportAccess}
                />
              </Form>
            ) : (
              <dl class="facts">
                <dt>Name that people see</dt>
                <dd>{branding.displayName ?? name}</dd>
                <dt>Language</dt>
                <dd>{locale}</dd>
                <dt>Keys of service accounts</dt>
                <dd>{features.apiKeys ? 'accepted' : 'switched off'}</dd>
                <dt>Lending access to the platform</dt>
                <dd>{features.supportAccess ? 'allowed' : 'switched off'}</dd>
              </dl>
            )}
          </section>
          <section aria-labelledby="quotas">
            <h2 id="quotas">What it may have</h2>
            <p class="muted">The platform sets these limits.</p>
            <QuotaTable {...quotas} />
          </section>
        </>
      )}
    </Frame>
  );
}
