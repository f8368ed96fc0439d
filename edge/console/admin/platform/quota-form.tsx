/** What one organization has and may have. */
import type { ApiClient } from '../../../../schema/api/client.ts';
import { ChangeQuotas } from '../../../../schema/api/organizations.ts';
import type { QuotaName } from '../../../../schema/quotas.ts';
import { answered } from '../../api.ts';
import { Form } from '../../pages/form.tsx';
import { checked } from '../checked.ts';
import { Dialog } from '../dialog.tsx';
import { Text } from '../fields.tsx';
import { QUOTA_WORDS } from '../organization/quota-words.ts';
import { useWork } from '../work.tsx';

interface Props {
  readonly client: ApiClient;
  readonly org: string;
  readonly name: string;
  readonly close: () => void;
}

const PATH = '/v1/platform/organizations/{org}/quotas';
const QUOTAS = Object.entries(QUOTA_WORDS) as [QuotaName, string][];

export function QuotaForm({ client, org, name, close }: Props) {
  const params = { path: { org } };
  const { value, problem } = useWork(() => answered(client.GET(PATH, { params })));
  const submit = async (field: (name: string) => string) => {
    const wanted = Object.fromEntries(QUOTAS.map(([quota]) => [quota, Number(field(quota))]));
    await client.PATCH(PATH, { params, body: checked(ChangeQuotas, wanted) });
    close();
  };
  const used: Partial<Record<QuotaName, number>> = value?.used ?? {};
  return (
    <Dialog title={`Quotas of ${name}`} close={close}>
      {problem !== '' && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {value && (
        <Form submit={submit} label="Save" testId="save-quotas">
          {QUOTAS.map(([quota, words]) => (
            <Text
              key={quota}
              name={quota}
              label={words}
              type="number"
              min={0}
              max={1_000_000}
              value={String(value.limits[quota])}
              {...(used[quota] !== undefined && { hint: `${used[quota]} now` })}
              required
            />
          ))}
        </Form>
      )}
    </Dialog>
  );
}
