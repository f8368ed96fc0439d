/** Makes a key for a service account, and shows it this once. */
import { useState } from 'preact/hooks';
import { CreateApiKey } from '../../../../schema/api/api-keys.ts';
import { ORG_PERMISSIONS, STEP_UP } from '../../../../schema/permissions.ts';
import { type Api, answered } from '../../api.ts';
import { Form } from '../../pages/form.tsx';
import { checked } from '../checked.ts';
import { Dialog, ShownOnce } from '../dialog.tsx';
import { Check, Checks, Choice, Text, TextArea, ticked, wordsOf } from '../fields.tsx';
import { DAY_S, durations, HOUR_S } from '../words.ts';

interface Props {
  readonly api: Api;
  readonly account: { readonly id: string; readonly name: string };
  readonly close: () => void;
  readonly made: () => Promise<void>;
}

/** What asks for a person's proof no key can hold. */
const POSSIBLE = ORG_PERMISSIONS.filter((permission) => !STEP_UP.has(permission));

export function KeyForm({ api, account, close, made }: Props) {
  const [key, setKey] = useState('');
  const [some, setSome] = useState(false);
  if (key !== '')
    return (
      <ShownOnce title={`Key of ${account.name}`} label="the key" secret={key} close={close}>
        <p class="muted">
          Programs send it as a bearer token; the command line takes it as <code>FABRIC_API_KEY</code>.
        </p>
      </ShownOnce>
    );
  const submit = async (field: (name: string) => string, fields: FormData) => {
    const body = checked(CreateApiKey, {
      name: field('name').trim(),
      expiresIn: Number(field('expiresIn')),
      sources: wordsOf(field('sources')),
      ...(field('some') && { permissions: ticked(fields, 'permission') }),
    });
    const path = '/v1/orgs/{org}/service-accounts/{account}/keys';
    const answer = await answered(api.client.POST(path, { ...api.at({ account: account.id }), body }));
    setKey(answer.key);
    await made();
  };
  return (
    <Dialog title={`New key for ${account.name}`} close={close} wide>
      <Form submit={submit} label="Make the key" testId="save-key">
        <Text name="name" label="Name" hint="Where it will be used" required />
        <Choice
          name="expiresIn"
          label="Works for"
          value={String(90 * DAY_S)}
          options={durations(HOUR_S, DAY_S, 30 * DAY_S, 90 * DAY_S, 365 * DAY_S)}
        />
        <TextArea
          name="sources"
          label="Only from these addresses (empty: anywhere)"
          placeholder="203.0.113.7 2001:db8::/32"
          rows={2}
        />
        <Check name="some" label="Less than the account's role may" changed={setSome} />
        {some && (
          <Checks
            name="permission"
            legend="It may"
            options={POSSIBLE.map((permission) => ({ value: permission, label: permission }))}
          />
        )}
      </Form>
    </Dialog>
  );
}
