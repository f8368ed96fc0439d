/** Calls of the platform's own routes, and the things there that go by a name. */
import { z } from 'zod';
import { ClusterView, OrganizationView } from '../../../schema/api/platform.ts';
import { Calls, type Cli, pick } from '../organization/organization.ts';

export const ClusterList = z.object({ clusters: z.array(ClusterView) });
export const OrganizationList = z.object({ organizations: z.array(OrganizationView) });

export class Platform extends Calls {
  static async of({ api }: Cli): Promise<Platform> {
    return new Platform(api, 'platform');
  }

  /** The one of that name; without one, the only one. @throws Refusal */
  async cluster(name: string | undefined): Promise<z.infer<typeof ClusterView>> {
    const { clusters } = await this.get('/clusters', ClusterList);
    const [only, ...others] = clusters;
    if (name === undefined && only !== undefined && others.length === 0) return only;
    return pick(clusters, name ?? '(say which: --cluster NAME)', 'cluster', (one) => one.name);
  }

  /** @throws Refusal `not_found` */
  async organization(name: string): Promise<z.infer<typeof OrganizationView>> {
    const { organizations } = await this.get('/organizations', OrganizationList);
    return pick(organizations, name, 'organization', (one) => one.name);
  }
}
