/** Grants: who reaches what, by which channels, and when. */
import { answered } from '../../api.ts';
import { Frame } from '../frame.tsx';
import { loadNames } from '../names.ts';
import type { OrganizationPage } from '../props.ts';
import { Table } from '../table.tsx';
import { useWork } from '../work.tsx';
import { GrantForm } from './grant-form.tsx';
import { channelsText, granteeText, scopeText, timesText } from './grant-text.ts';

export function GrantsPage({ api, client, may }: OrganizationPage) {
  const work = useWork(async () => {
    const [{ grants }, names] = await Promise.all([
      answered(client.GET('/v1/orgs/{org}/grants', api.here)),
      loadNames(api, may),
    ]);
    return { grants, names };
  });
  const { value, ask, open, close } = work;
  type Grant = NonNullable<typeof value>['grants'][number];
  const give = () =>
    value && open((done) => <GrantForm api={api} names={value.names} close={close} done={done} />);
  const revoke = (grant: Grant) =>
    ask({
      title: 'Revoke this grant?',
      text: `${granteeText(grant.to, value?.names.of)} loses ${scopeText(grant.on, value?.names.of)}; sessions that hung on it end.`,
      label: 'Revoke',
      work: () => client.DELETE('/v1/orgs/{org}/grants/{grant}', api.at({ grant: grant.id })),
    });
  return (
    <Frame
      title="Grants"
      intro="Who reaches what. Without a grant nobody reaches anything, whatever their role."
      work={work}
      actions={
        may('grants.manage') && (
          <button type="button" onClick={give} data-testid="new-grant">
            Grant access
          </button>
        )
      }
    >
      {({ grants, names }) => (
        <Table
          label="Grants"
          rows={grants}
          keyOf={({ id }) => id}
          empty="Nothing is granted to anybody yet."
          columns={[
            { title: 'Who', text: ({ to }) => granteeText(to, names.of) },
            { title: 'Reaches', text: ({ on }) => scopeText(on, names.of) },
            { title: 'Channels', text: ({ channels }) => channelsText(channels) },
            { title: 'When', text: ({ window, expiresAt }) => timesText(window, expiresAt) },
          ]}
          actions={
            may('grants.manage') &&
            ((grant) => (
              <button type="button" class="quiet" onClick={() => revoke(grant)}>
                Revoke
              </button>
            ))
          }
        />
      )}
    </Frame>
  );
}
