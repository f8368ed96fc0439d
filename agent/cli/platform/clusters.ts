/** `fabric clusters`: the trust and routing domains of the platform. */
import { ClusterView } from '../../../schema/api/platform.ts';
import { type Group, repeated } from '../command-table.ts';
import type { Options } from '../organization/organization.ts';
import { ClusterList, Platform } from './platform.ts';

export const clusters: Group<Platform> = {
  name: 'clusters',
  about: 'domains of trust and routing, each with its own authority',
  of: 'platform',
  target: Platform.of,
  rows: [
    {
      command: 'list',
      isDefault: true,
      about: 'every cluster',
      example: 'list',
      async run(platform) {
        const value = await platform.get('/clusters', ClusterList);
        return { value, rows: [['CLUSTER', 'ID'], ...value.clusters.map(({ id, name }) => [name, id])] };
      },
    },
    {
      command: 'create <cluster>',
      about: 'make one: its certificate authority and its signing key',
      example: 'create eu-one --origin https://fabric.example.com',
      options: [repeated('--origin <url>', "where browsers may come from, as the console's; once for each")],
      async run(platform, { origin: origins }: Options & { origin: string[] }, name) {
        const value = await platform.send('POST', '/clusters', ClusterView, { name, origins });
        return { value, line: `There is a cluster ${name} now.` };
      },
    },
  ],
};
