/** A webhook: where to, and which events. Its signing secret is shown once. */
import { useState } from 'preact/hooks';
import { ChangeWebhook, CreateWebhook } from '../../../../schema/api/webhooks.ts';
import { EVENT_TYPES } from '../../../../schema/events.ts';
import { type Api, answered } from '../../api.ts';
import { Form } from '../../pages/form.tsx';
import { checked } from '../checked.ts';
import { Dialog, ShownOnce } from '../dialog.tsx';
import { Checks, Text, ticked } from '../fields.tsx';

interface Props {
  readonly api: Api;
  readonly webhook:
    | { readonly id: string; readonly name: string; readonly url: string; readonly types: readonly string[] }
    | undefined;
  readonly close: () => void;
  readonly saved: () => Promise<void>;
}

const OPTIONS = EVENT_TYPES.map((type) => ({ value: type, label: type }));

export function WebhookForm({ api, webhook, close, saved }: Props) {
  const [secret, setSecret] = useState('');
  if (secret !== '')
    return (
      <ShownOnce title="Signing secret" label="the signing secret" secret={secret} close={close}>
        <p class="muted">
          The receiver checks with it that what it gets was sent from here (Standard Webhooks).
        </p>
      </ShownOnce>
    );
  const submit = async (field: (name: string) => string, fields: FormData) => {
    const { client } = api;
    const wanted = { url: field('url').trim(), types: ticked(fields, 'type') };
    if (webhook) {
      const at = api.at({ webhook: webhook.id });
      await client.PATCH('/v1/orgs/{org}/webhooks/{webhook}', {
        ...at,
        body: checked(ChangeWebhook, wanted),
      });
      await saved();
      return close();
    }
    const body = checked(CreateWebhook, { ...wanted, name: field('name').trim() });
    const made = await answered(client.POST('/v1/orgs/{org}/webhooks', { ...api.here, body }));
    setSecret(made.secret);
    await saved();
  };
  return (
    <Dialog title={webhook ? `Webhook ${webhook.name}` : 'Add a webhook'} close={close} wide>
      <Form submit={submit} label="Save" testId="save-webhook">
        {!webhook && <Text name="name" label="Name" hint="siem" required />}
        <Text
          name="url"
          label="Address"
          type="url"
          value={webhook?.url ?? ''}
          placeholder="https://…"
          required
        />
        <Checks
          name="type"
          legend="Events (none ticked: all)"
          options={OPTIONS}
          chosen={webhook?.types ?? []}
        />
      </Form>
    </Dialog>
  );
}
