/** What one organization may have. What is left empty stays as it is: the platform does not look inside. */
import { useState } from 'preact/hooks';
import type { ApiClient } from '../../../../schema/api/client.ts';
import { ChangeQuotas } from '../../../../schema/api/organizations.ts';
import { answered } from '../../api.ts';
import { Form } from '../../pages/form.tsx';
import { checked } from '../checked.ts';
import { Dialog } from '../dialog.tsx';
import { Text } from '../fields.tsx';
import { QUOTA_WORDS } from '../organization/quota-words.ts';
import { QuotaTable } from '../organization/quotas.tsx';

interface Props {
  readonly client: ApiClient;
  readonly org: string;
  readonly name: string;
  readonly close: () => void;
}

export function QuotaForm({ client, org, name, close }: Props) {
  const [view, setView] = useState<Parameters<typeof QuotaTable>[0]>();
  const submit = async (field: (name: string) => string) => {
    const wanted = Object.keys(QUOTA_WORDS).flatMap((quota) =>
      field(quota) === '' ? [] : [[quota, Number(field(quota))] as const],
    );
    const body = checked(ChangeQuotas, Object.fromEntries(wanted));
    const path = '/v1/platform/organizations/{org}/quotas';
    setView(await answered(client.PATCH(path, { params: { path: { org } }, body })));
  };
  return (
    <Dialog title={`Quotas of ${name}`} close={close} wide>
      {view && <QuotaTable {...view} />}
      <Form submit={submit} label="Save" testId="save-quotas">
        <p class="muted">What you leave empty stays. Saving shows what it has and may have.</p>
        {Object.entries(QUOTA_WORDS).map(([quota, words]) => (
          <Text key={quota} name={quota} label={words} type="number" min={0} max={1_000_000} />
        ))}
      </Form>
    </Dialog>
  );
}
