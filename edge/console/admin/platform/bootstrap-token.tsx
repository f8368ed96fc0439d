/** Makes a bootstrap token, shows it this once, and can take it back as long as it is shown. */
import { useState } from 'preact/hooks';
import type { ApiClient } from '../../../../schema/api/client.ts';
import { CreateBootstrapToken } from '../../../../schema/api/platform.ts';
import { NodeRole } from '../../../../schema/roles.ts';
import { answered } from '../../api.ts';
import { Form } from '../../pages/form.tsx';
import { checked } from '../checked.ts';
import { Dialog, ShownOnce } from '../dialog.tsx';
import { Checks, Choice, Text, ticked, wordsOf } from '../fields.tsx';
import { DAY_S, durations, HOUR_S, whenOf } from '../words.ts';

interface Props {
  readonly client: ApiClient;
  readonly cluster: string;
  readonly close: () => void;
}
interface Made {
  readonly id: string;
  readonly token: string;
  readonly expiresAt: string;
}

export function BootstrapTokenForm({ client, cluster, close }: Props) {
  const [made, setMade] = useState<Made>();
  const path = '/v1/platform/clusters/{cluster}/bootstrap-tokens';
  const submit = async (field: (name: string) => string, fields: FormData) => {
    const body = checked(CreateBootstrapToken, {
      roles: ticked(fields, 'role'),
      egressPools: wordsOf(field('egressPools')),
      uses: Number(field('uses')),
      expiresIn: Number(field('expiresIn')),
    });
    setMade(await answered(client.POST(path, { params: { path: { cluster } }, body })));
  };
  const revoke = async ({ id }: Made) => {
    await client.DELETE(`${path}/{token}`, { params: { path: { cluster, token: id } } });
    close();
  };
  if (made)
    return (
      <ShownOnce title="Bootstrap token" label="the token" secret={made.token} close={close}>
        <p class="muted">
          Put it where the agent's settings name it (<code>bootstrapToken</code>). It ends{' '}
          {whenOf(made.expiresAt)}.
        </p>
        <Form submit={() => revoke(made)} label="Revoke it" danger testId="revoke-token" />
      </ShownOnce>
    );
  return (
    <Dialog title="Let a node in" close={close}>
      <Form submit={submit} label="Make a token" testId="save-token">
        <Checks
          name="role"
          legend="It may be"
          options={NodeRole.options.map((role) => ({ value: role, label: role }))}
        />
        <Text name="egressPools" label="Egress pools" hint="For a service node: what it is asked for by" />
        <Text name="uses" label="How many nodes" type="number" value="1" min={1} max={10_000} required />
        <Choice
          name="expiresIn"
          label="Works for"
          value={String(DAY_S)}
          options={durations(HOUR_S, DAY_S, 7 * DAY_S, 30 * DAY_S)}
        />
      </Form>
    </Dialog>
  );
}
