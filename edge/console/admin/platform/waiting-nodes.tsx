/** Nodes that wait to be let in: by the fingerprint that their own host shows, or not at all. */
import type { ApiClient } from '../../../../schema/api/client.ts';
import { ApproveNode } from '../../../../schema/api/clusters.ts';
import { answered } from '../../api.ts';
import { Form } from '../../pages/form.tsx';
import { checked } from '../checked.ts';
import { Dialog } from '../dialog.tsx';
import { Text } from '../fields.tsx';
import { Table } from '../table.tsx';
import { orderOf, whenOf } from '../words.ts';
import { useWork } from '../work.tsx';

interface Props {
  readonly client: ApiClient;
  readonly cluster: string;
  readonly mayDecide: boolean;
  /** After one was let in. */
  readonly changed: () => Promise<void>;
}

const PATH = '/v1/platform/clusters/{cluster}/node-requests';

export function WaitingNodes({ client, cluster, mayDecide, changed }: Props) {
  const work = useWork(() => answered(client.GET(PATH, { params: { path: { cluster } } })));
  const { value, problem, dialog, open, close, ask } = work;
  const at = (request: string) => ({ params: { path: { cluster, request } } });
  const approve = (id: string, name: string) =>
    open((done) => (
      <Dialog title={`Let ${name} in`} close={close}>
        <Form
          label="Let it in"
          testId="approve-node"
          submit={async (field) => {
            const body = checked(ApproveNode, { fingerprint: field('fingerprint').trim() });
            await client.POST(`${PATH}/{request}/approve`, { ...at(id), body });
            await done();
            await changed();
          }}
        >
          <Text
            name="fingerprint"
            label="Fingerprint"
            hint="As its own host shows it: fabric agent status. Copied from there, not from here"
            required
          />
        </Form>
      </Dialog>
    ));
  const refuse = (id: string, name: string) =>
    ask({
      title: `Refuse ${name}?`,
      text: 'It is refused for good: it would have to ask again with another token.',
      label: 'Refuse',
      work: () => client.POST(`${PATH}/{request}/refuse`, { ...at(id), body: {} }),
    });
  const waiting = (value?.requests ?? []).filter(({ state }) => state === 'waiting');
  return (
    <section>
      <h2>Waiting to be let in</h2>
      {problem !== '' && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {dialog}
      <Table
        label="Waiting nodes"
        rows={waiting}
        keyOf={({ id }) => id}
        empty="No node waits."
        columns={[
          { title: 'Name', text: ({ name }) => name },
          { title: 'Roles', text: ({ roles }) => roles.join(', ') },
          {
            title: 'Fingerprint',
            text: ({ fingerprint }) => fingerprint,
            show: ({ fingerprint }) => <code class="mono">{fingerprint}</code>,
          },
          {
            title: 'Host',
            text: ({ facts, address }) =>
              [facts?.hostname, facts?.platform, address].filter(Boolean).join(' '),
          },
          {
            title: 'Until',
            text: ({ expiresAt }) => whenOf(expiresAt),
            order: ({ expiresAt }) => orderOf(expiresAt),
          },
        ]}
        actions={({ id, name }) =>
          mayDecide && (
            <>
              <button type="button" class="quiet" onClick={() => approve(id, name)}>
                Let it in
              </button>
              <button type="button" class="quiet" onClick={() => refuse(id, name)}>
                Refuse
              </button>
            </>
          )
        }
      />
    </section>
  );
}
