/** What ids are called: people, groups, service accounts, resources; as far as one may see them. An id without a name stays an id. */
import { ServiceAccountList } from '../../../schema/api/api-keys.ts';
import type { Protocol } from '../../../schema/resource.ts';
import { type Api, answered } from '../api.ts';
import type { May } from '../powers.ts';

export interface Named {
  readonly id: string;
  readonly name: string;
}

export interface Names {
  readonly people: readonly Named[];
  readonly groups: readonly Named[];
  readonly accounts: readonly Named[];
  readonly resources: readonly (Named & { readonly protocol: Protocol })[];
  readonly roles: readonly string[];
  readonly of: (id: string) => string;
}

export async function loadNames(api: Api, may: May): Promise<Names> {
  const { client, here } = api;
  const [people, groups, accounts, resources, roles] = await Promise.all([
    may('members.read') ? answered(client.GET('/v1/orgs/{org}/members', here)) : { members: [] },
    may('members.read') ? answered(client.GET('/v1/orgs/{org}/groups', here)) : { groups: [] },
    listAccounts(api, may),
    may('resources.manage') ? answered(client.GET('/v1/orgs/{org}/inventory', here)) : { resources: [] },
    may('roles.read') ? answered(client.GET('/v1/orgs/{org}/roles', here)) : { roles: [] },
  ]);
  const all = {
    people: people.members.map(({ id, email }) => ({ id, name: email })),
    groups: groups.groups.map(({ id, name }) => ({ id, name })),
    accounts,
    resources: resources.resources.map(({ id, name, protocol }) => ({ id, name, protocol })),
  };
  const byId = new Map(Object.values(all).flatMap((some) => some.map(({ id, name }) => [id, name])));
  return { ...all, roles: roles.roles.map(({ name }) => name), of: (id) => byId.get(id) ?? id };
}

/** Reading these needs a proof: names alone are not worth asking for one, so it is asked for only where accounts are what it is about. */
async function listAccounts({ access, org }: Api, may: May): Promise<Named[]> {
  if (!may('api-keys.manage')) return [];
  const answer = await access.once('GET', `/v1/orgs/${org}/service-accounts`).catch(() => undefined);
  const parsed = ServiceAccountList.safeParse(answer);
  return parsed.success ? parsed.data.serviceAccounts.map(({ id, name }) => ({ id, name })) : [];
}
