/** The nodes of a cluster, those that wait to be let in, and the tokens they come with. */
import { answered } from '../../api.ts';
import { platformAddress } from '../../place.ts';
import { Frame } from '../frame.tsx';
import type { PlatformPage } from '../props.ts';
import { Table } from '../table.tsx';
import { orderOf, whenOf } from '../words.ts';
import { useWork } from '../work.tsx';
import { BootstrapTokenForm } from './bootstrap-token.tsx';
import { BootstrapTokens } from './bootstrap-tokens.tsx';
import { WaitingNodes } from './waiting-nodes.tsx';

/** A node says that it lives every few seconds; one that is silent for so long is missed. */
const SILENT_MS = 60_000;

export function NodesPage({ client, may, cluster }: PlatformPage & { cluster: string }) {
  const work = useWork(() =>
    answered(client.GET('/v1/platform/clusters/{cluster}/nodes', { params: { path: { cluster } } })),
  );
  const { open, close, ask } = work;
  const revoke = (node: string, name: string) =>
    ask({
      title: `Put ${name} out?`,
      text: 'Its links and all sessions on it end at once. It comes back only by a new bootstrap token.',
      label: 'Put it out',
      work: () =>
        client.DELETE('/v1/platform/clusters/{cluster}/nodes/{node}', {
          params: { path: { cluster, node } },
        }),
    });
  const token = () => open(() => <BootstrapTokenForm client={client} cluster={cluster} close={close} />);
  return (
    <Frame
      title="Nodes"
      intro={<a href={platformAddress('clusters')}>Back to the clusters</a>}
      work={work}
      actions={
        <>
          <button type="button" class="second" onClick={() => void work.again()}>
            Look again
          </button>
          {may('nodes.enrol') && (
            <button type="button" onClick={token} data-testid="new-token">
              Let a node in
            </button>
          )}
        </>
      }
    >
      {({ nodes }) => (
        <>
          <Table
            label="Nodes"
            rows={nodes}
            keyOf={({ name }) => name}
            empty="No node has joined yet. Make a bootstrap token, and start an agent with it."
            columns={[
              { title: 'Name', text: ({ name }) => name },
              { title: 'Roles', text: ({ roles }) => roles.join(', ') },
              { title: 'Egress pools', text: ({ egressPools }) => egressPools.join(', ') },
              { title: 'Listens on', text: ({ endpoints }) => endpoints.join(', ') || 'only dials out' },
              {
                title: 'Last seen',
                text: ({ lastSeenAt }) => whenOf(lastSeenAt),
                order: ({ lastSeenAt }) => orderOf(lastSeenAt),
                show: ({ lastSeenAt }) => (
                  <span class="live">
                    <span class={`dot ${isLive(lastSeenAt) ? 'on' : ''}`} aria-hidden="true" />
                    {isLive(lastSeenAt) ? 'now' : whenOf(lastSeenAt)}
                  </span>
                ),
              },
              {
                title: 'Certificate ends',
                text: ({ certificateExpiresAt }) => whenOf(certificateExpiresAt),
                order: ({ certificateExpiresAt }) => orderOf(certificateExpiresAt),
              },
            ]}
            actions={({ id, name }) =>
              may('nodes.manage') && (
                <button type="button" class="quiet" onClick={() => revoke(id, name)}>
                  Put out
                </button>
              )
            }
          />
          <WaitingNodes
            client={client}
            cluster={cluster}
            mayDecide={may('nodes.manage')}
            changed={work.again}
          />
          <BootstrapTokens client={client} cluster={cluster} mayRevoke={may('nodes.enrol')} />
        </>
      )}
    </Frame>
  );
}

const isLive = (lastSeenAt: string | null) => Date.now() - orderOf(lastSeenAt) < SILENT_MS;
