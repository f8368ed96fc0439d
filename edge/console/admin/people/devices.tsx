/** The devices that members sign in on, and which of them the organization let in. */
import { answered } from '../../api.ts';
import { organizationAddress } from '../../place.ts';
import { Frame } from '../frame.tsx';
import type { OrganizationPage } from '../props.ts';
import { Table } from '../table.tsx';
import { orderOf, whenOf } from '../words.ts';
import { useWork } from '../work.tsx';

export function DevicesPage({ api, client, orgName }: OrganizationPage) {
  const work = useWork(() => answered(client.GET('/v1/orgs/{org}/devices', api.here)));
  const approve = (device: string, isApproved: boolean) => {
    const path = '/v1/orgs/{org}/devices/{device}/approval';
    const at = api.at({ device });
    work.act(() => (isApproved ? client.PUT(path, at) : client.DELETE(path, at)));
  };
  return (
    <Frame
      title="Devices"
      intro={
        <>
          Whether a device must be approved is said in the{' '}
          <a href={organizationAddress(orgName, 'sign-in-policy')}>sign-in policy</a>.
        </>
      }
      work={work}
    >
      {({ devices }) => (
        <Table
          label="Devices"
          rows={devices}
          keyOf={({ id }) => id}
          empty="Nobody has signed in on a device that showed its key yet."
          columns={[
            { title: 'Person', text: ({ email }) => email },
            { title: 'Device', text: ({ name }) => name },
            {
              title: 'Last seen',
              text: ({ lastSeenAt }) => whenOf(lastSeenAt),
              order: ({ lastSeenAt }) => orderOf(lastSeenAt),
            },
            { title: 'Approved', text: ({ approved }) => (approved ? 'approved' : 'not approved') },
          ]}
          actions={({ id, approved }) => (
            <button type="button" class="quiet" onClick={() => approve(id, !approved)}>
              {approved ? 'Withdraw' : 'Approve'}
            </button>
          )}
        />
      )}
    </Frame>
  );
}
