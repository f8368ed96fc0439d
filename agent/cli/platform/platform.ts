/** Calls of the platform's own routes and of one cluster's, and the things there that go by a name. */
import { z } from 'zod';
import { ClusterView, OrganizationEntry } from '../../../schema/api/platform.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { optional } from '../command-table.ts';
import { Calls, type Cli, type Options, pick } from '../organization/organization.ts';

export const ClusterList = z.object({ clusters: z.array(ClusterView) });
export const OrganizationList = z.object({ organizations: z.array(OrganizationEntry) });

export interface OfCluster extends Options {
  readonly cluster?: string;
}
export const ofCluster = optional('--cluster <name>', 'which, where there is more than one');

export class Platform extends Calls {
  static async of({ api }: Cli): Promise<Platform> {
    return new Platform(api, 'platform');
  }

  /** The one of that name or id; without one, the only one. @throws Refusal */
  async cluster(name: string | undefined): Promise<z.infer<typeof ClusterView>> {
    const { clusters } = await this.get('/clusters', ClusterList);
    const [only, ...others] = clusters;
    if (name === undefined && only !== undefined && others.length === 0) return only;
    const byId = clusters.find(({ id }) => id === name);
    return byId ?? pick(clusters, name ?? '(say which: --cluster NAME)', 'cluster', (one) => one.name);
  }

  /** @throws Refusal `not_found` */
  async organization(name: string): Promise<OrganizationEntry> {
    const { organizations } = await this.get('/organizations', OrganizationList);
    return pick(organizations, name, 'organization', (one) => one.name);
  }
}

/** Calls of one cluster. */
export class Cluster extends Calls {
  static async of(cli: Cli, { cluster }: OfCluster): Promise<Cluster> {
    const { id } = await (await Platform.of(cli)).cluster(cluster);
    return new Cluster(cli.api, `platform/clusters/${id}`);
  }
}

/** @throws Refusal `bad_request` */
export function countOf(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new Refusal('bad_request', `${text} is not a number above zero`);
  return number;
}
