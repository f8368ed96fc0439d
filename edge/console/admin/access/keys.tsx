/** The keys of all service accounts: what each may do, from where, until when. */
import type { Api } from '../../api.ts';
import { Table } from '../table.tsx';
import { orderOf, whenOf } from '../words.ts';
import type { Work } from '../work.tsx';

interface Key {
  readonly id: string;
  readonly serviceAccount: string;
  readonly name: string;
  readonly permissions: readonly string[];
  readonly sources: readonly string[];
  readonly expiresAt: string;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
}
interface Props {
  readonly api: Api;
  readonly keys: Work<{ readonly apiKeys: readonly Key[] }>;
  readonly nameOf: (account: string) => string;
}

const isOver = ({ revokedAt, expiresAt }: Key) => revokedAt !== null || Date.parse(expiresAt) <= Date.now();
const stateOf = (key: Key) =>
  key.revokedAt !== null ? 'revoked' : isOver(key) ? 'ended' : `until ${whenOf(key.expiresAt)}`;

export function Keys({ api, keys, nameOf }: Props) {
  const revoke = ({ id, name, serviceAccount }: Key) =>
    keys.ask({
      title: `Revoke the key ${name} of ${nameOf(serviceAccount)}?`,
      text: 'Whatever uses it is locked out at once. It can not be brought back.',
      label: 'Revoke',
      work: () => api.client.DELETE('/v1/orgs/{org}/api-keys/{key}', api.at({ key: id })),
    });
  return (
    <section aria-labelledby="keys">
      <h2 id="keys">Keys</h2>
      {keys.problem !== '' && (
        <p class="problem" role="alert">
          {keys.problem}
        </p>
      )}
      {keys.value && (
        <Table
          label="Keys"
          rows={keys.value.apiKeys}
          keyOf={({ id }) => id}
          empty="There is no key yet: make one at a service account above."
          columns={[
            { title: 'Key', text: ({ name }) => name },
            { title: 'Account', text: ({ serviceAccount }) => nameOf(serviceAccount) },
            { title: 'May', text: ({ permissions }) => permissions.join(', ') },
            { title: 'From', text: ({ sources }) => sources.join(', ') || 'anywhere' },
            {
              title: 'Last used',
              text: ({ lastUsedAt }) => whenOf(lastUsedAt),
              order: ({ lastUsedAt }) => orderOf(lastUsedAt),
            },
            { title: 'State', text: stateOf, order: ({ expiresAt }) => orderOf(expiresAt) },
          ]}
          actions={(key) =>
            !isOver(key) && (
              <button type="button" class="quiet" onClick={() => revoke(key)}>
                Revoke
              </button>
            )
          }
        />
      )}
      {keys.dialog}
    </section>
  );
}
