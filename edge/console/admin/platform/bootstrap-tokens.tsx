/** The bootstrap tokens of a cluster, without their secret. */
import type { ApiClient } from '../../../../schema/api/client.ts';
import { answered } from '../../api.ts';
import { Table } from '../table.tsx';
import { orderOf, whenOf } from '../words.ts';
import { useWork } from '../work.tsx';

interface Props {
  readonly client: ApiClient;
  readonly cluster: string;
  readonly mayRevoke: boolean;
}

const PATH = '/v1/platform/clusters/{cluster}/bootstrap-tokens';

export function BootstrapTokens({ client, cluster, mayRevoke }: Props) {
  const { value, problem, dialog, ask } = useWork(() =>
    answered(client.GET(PATH, { params: { path: { cluster } } })),
  );
  const revoke = (token: string) =>
    ask({
      title: 'Revoke this bootstrap token?',
      text: 'Nobody enrols with it any more, and who waits by it stays outside.',
      label: 'Revoke',
      work: () => client.DELETE(`${PATH}/{token}`, { params: { path: { cluster, token } } }),
    });
  return (
    <section>
      <h2>Bootstrap tokens</h2>
      {problem !== '' && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {dialog}
      <Table
        label="Bootstrap tokens"
        rows={value?.tokens ?? []}
        keyOf={({ id }) => id}
        empty="There is none."
        columns={[
          { title: 'Roles', text: ({ roles }) => roles.join(', ') },
          { title: 'Egress pools', text: ({ egressPools }) => egressPools.join(', ') },
          {
            title: 'Approval',
            text: ({ approval }) => (approval === 'automatic' ? 'nobody has to' : 'a person has to'),
          },
          { title: 'Left', text: ({ usesLeft, uses }) => `${usesLeft} of ${uses}` },
          { title: 'State', text: ({ state }) => state },
          {
            title: 'Ends',
            text: ({ expiresAt }) => whenOf(expiresAt),
            order: ({ expiresAt }) => orderOf(expiresAt),
          },
        ]}
        actions={({ id, state }) =>
          mayRevoke &&
          state === 'usable' && (
            <button type="button" class="quiet" onClick={() => revoke(id)}>
              Revoke
            </button>
          )
        }
      />
    </section>
  );
}
