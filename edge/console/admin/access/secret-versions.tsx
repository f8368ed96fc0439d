/** The versions of one secret: go back to one, destroy one. */
import type { Api } from '../../api.ts';
import { answered } from '../../api.ts';
import { Dialog } from '../dialog.tsx';
import { Table } from '../table.tsx';
import { whenOf } from '../words.ts';
import { useWork } from '../work.tsx';

interface Props {
  readonly api: Api;
  readonly secret: { readonly id: string; readonly name: string };
  readonly close: () => void;
}

const ONE = '/v1/orgs/{org}/secrets/{secret}';

export function SecretVersions({ api, secret, close }: Props) {
  const { client } = api;
  const at = api.at({ secret: secret.id });
  const { value, problem, act } = useWork(() => answered(client.GET(`${ONE}/versions`, at)));
  const back = (version: number) => act(() => client.PUT(`${ONE}/current`, { ...at, body: { version } }));
  const destroy = (version: number) =>
    act(() =>
      client.DELETE(`${ONE}/versions/{version}`, {
        params: { path: { org: api.org, secret: secret.id, version } },
      }),
    );
  return (
    <Dialog title={`Versions of ${secret.name}`} close={close} wide>
      {problem !== '' && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {value && (
        <Table
          label="Versions"
          rows={value.versions}
          keyOf={({ version }) => String(version)}
          empty="There is none."
          columns={[
            { title: 'Version', text: ({ version }) => String(version) },
            {
              title: 'State',
              text: ({ state, overlapUntil }) =>
                overlapUntil === null ? state : `${state}, good until ${whenOf(overlapUntil)}`,
            },
            { title: 'By', text: ({ createdBy }) => createdBy },
            { title: 'Made', text: ({ createdAt }) => whenOf(createdAt) },
          ]}
          actions={({ version, state }) =>
            state !== 'current' &&
            state !== 'destroyed' && (
              <>
                <button type="button" class="quiet" onClick={() => back(version)}>
                  Go back to it
                </button>
                <button type="button" class="quiet" onClick={() => destroy(version)}>
                  Destroy
                </button>
              </>
            )
          }
        />
      )}
    </Dialog>
  );
}
