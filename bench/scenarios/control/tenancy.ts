/** One cluster and one organization, as the integration tests make them. */
import { makeTenant } from '../../../test/integration/control-api.ts';
import type { RemoteApi } from '../../../test/stack.ts';

export interface Tenancy {
  readonly platform: string;
  readonly cluster: string;
  readonly org: string;
  readonly user: { readonly id: string; readonly token: string };
  readonly owner: { readonly id: string; readonly token: string };
  readonly resource: string;
}

export async function makeTenancy(api: RemoteApi, name: string): Promise<Tenancy> {
  const platform: string = (await api.signIn()).accessToken;
  const made = await api.call('POST', '/v1/platform/clusters', { name }, platform);
  const cluster: string = made.body.id;
  const tenant = await makeTenant(api, platform, cluster, name);
  const quotas = `/v1/platform/organizations/${tenant.org}/quotas`;
  await api.call('PATCH', quotas, { requestsPerMinute: 1_000_000 }, platform);
  return { platform, cluster, ...tenant };
}
