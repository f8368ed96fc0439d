/** How the people of the organization must sign in. */
import { SignInPolicy } from '../../../../schema/api/sign-in.ts';
import { answered } from '../../api.ts';
import { Form } from '../../pages/form.tsx';
import { organizationAddress } from '../../place.ts';
import { checked } from '../checked.ts';
import { Check, Choice } from '../fields.tsx';
import { Frame } from '../frame.tsx';
import type { OrganizationPage } from '../props.ts';
import { useWork } from '../work.tsx';

const PATH = '/v1/orgs/{org}/sign-in-policy';
const SECOND = { nobody: 'Nobody', admins: 'Administrators and owners', everyone: 'Everyone' };
const DEVICES = {
  none: 'Any device may be used',
  notify: 'Any device; a new one is noted in the audit trail',
  require: 'Only devices that were approved',
};
const optionsOf = (words: Record<string, string>) =>
  Object.entries(words).map(([value, label]) => ({ value, label }));

export function SignInPolicyPage({ api, client, may, orgName }: OrganizationPage) {
  const work = useWork(() => answered(client.GET(PATH, api.here)));
  const save = async (field: (name: string) => string) => {
    const body = checked(SignInPolicy, {
      passwordAllowed: field('passwordAllowed') === 'on',
      passkeyAllowed: field('passkeyAllowed') === 'on',
      ssoOnly: field('ssoOnly') === 'on',
      secondFactor: field('secondFactor'),
      deviceApproval: field('deviceApproval'),
    });
    await client.PUT(PATH, { ...api.here, body });
    await work.again();
  };
  return (
    <Frame
      title="Sign-in policy"
      intro="What a sign-in must be like to be let into this organization. Your own has to meet it before it is saved."
      work={work}
    >
      {(policy) => {
        const changes = may('security.manage');
        const fields = (
          <fieldset class="bare" disabled={!changes}>
            <Check
              name="passwordAllowed"
              label="Password and secret key are accepted"
              checked={policy.passwordAllowed}
            />
            <Check name="passkeyAllowed" label="Passkeys are accepted" checked={policy.passkeyAllowed} />
            <Check
              name="ssoOnly"
              label="Only through the organization's own identity provider"
              checked={policy.ssoOnly}
            />
            <Choice
              name="secondFactor"
              label="Who shows a second factor"
              options={optionsOf(SECOND)}
              value={policy.secondFactor}
            />
            <Choice
              name="deviceApproval"
              label="Devices"
              options={optionsOf(DEVICES)}
              value={policy.deviceApproval}
            />
          </fieldset>
        );
        return (
          <>
            {changes ? (
              <Form submit={save} label="Save" done="Saved." class="panel" testId="save-policy">
                {fields}
              </Form>
            ) : (
              <div class="fields panel">{fields}</div>
            )}
            {may('members.manage') && (
              <p>
                Devices are approved under <a href={organizationAddress(orgName, 'devices')}>Devices</a>.
              </p>
            )}
          </>
        );
      }}
    </Frame>
  );
}
