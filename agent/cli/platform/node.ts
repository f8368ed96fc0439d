/** `fabric node`, for the platform's people: which nodes there are, who may join, who is put out. */
import type { z } from 'zod';
import {
  NodeRequestList,
  type NodeRequestView,
  NodeRequestView as OneRequest,
  RevokedNode,
} from '../../../schema/api/clusters.ts';
import { NodeList } from '../../../schema/api/platform.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { type Group, optional, type Row, required } from '../command-table.ts';
import type { Options } from '../organization/organization.ts';
import { Cluster, ofCluster } from './platform.ts';

const list: Row<Cluster> = {
  command: 'list',
  about: 'the nodes that are in, and when each was heard of last',
  example: 'list --cluster eu-one',
  options: [ofCluster],
  async run(cluster) {
    const value = await cluster.get('/nodes', NodeList);
    const rows = value.nodes.map((node) => [
      node.name,
      node.id,
      node.roles.join(' '),
      node.egressPools.join(' ') || '-',
      node.endpoints.join(' ') || '-',
      node.lastSeenAt ?? 'never',
      node.certificateExpiresAt,
    ]);
    const heads = ['NODE', 'ID', 'ROLES', 'EGRESS POOLS', 'AT', 'LAST SEEN', 'CERTIFICATE UNTIL'];
    return { value, rows: [heads, ...rows] };
  },
};

const pending: Row<Cluster> = {
  command: 'pending',
  about:
    'nodes that wait to be let in, and the fingerprint each must show: compare it on its host (fabric agent status)',
  example: 'pending --cluster eu-one',
  options: [ofCluster, optional('--all', 'those that were decided or waited too long as well')],
  async run(cluster, { all }: Options & { all?: boolean }) {
    const found = await cluster.get('/node-requests', NodeRequestList);
    const requests = found.requests.filter(({ state }) => all || state === 'waiting');
    const rows = requests.map(({ id, name, roles, fingerprint, facts, address, state, expiresAt }) => [
      id,
      name,
      roles.join(' '),
      fingerprint,
      [facts?.hostname, facts?.platform, facts?.architecture, address].filter(Boolean).join(' '),
      state === 'waiting' ? `until ${expiresAt}` : state,
    ]);
    const heads = ['REQUEST', 'NAME', 'ROLES', 'FINGERPRINT', 'HOST', 'WAITS'];
    return { value: { requests }, rows: [heads, ...rows] };
  },
};

const approve: Row<Cluster> = {
  command: 'approve <request>',
  about: 'let a waiting node in, by its request or name',
  example: 'approve relay-7 --fingerprint F',
  options: [ofCluster, required('--fingerprint <fingerprint>', "as the node's own host shows it")],
  async run(cluster, { fingerprint }: Options & { fingerprint?: string }, name) {
    const { id } = await waiting(cluster, name);
    const value = await cluster.send('POST', `/node-requests/${id}/approve`, OneRequest, { fingerprint });
    return { value, line: `${value.name} is let in: it comes by itself within a minute.` };
  },
};

const refuse: Row<Cluster> = {
  command: 'refuse <request>',
  about: 'refuse a waiting node for good',
  example: 'refuse relay-7 --reason "nobody knows it"',
  options: [ofCluster, optional('--reason <why>', 'for the audit')],
  async run(cluster, { reason }: Options & { reason?: string }, name) {
    const { id } = await waiting(cluster, name);
    const body = reason === undefined ? {} : { reason };
    const value = await cluster.send('POST', `/node-requests/${id}/refuse`, OneRequest, body);
    return { value, line: `${value.name} is refused.` };
  },
};

const revoke: Row<Cluster> = {
  command: 'revoke <node>',
  about: 'put a node out, by name or id: its links and sessions end at once',
  example: 'revoke relay-7 --yes',
  options: [ofCluster],
  asks: (_, node) => `The node ${node} will be put out, and its sessions end.`,
  async run(cluster, _, name) {
    const { nodes } = await cluster.get('/nodes', NodeList);
    const found = nodes.find((one) => one.name === name || one.id === name);
    if (!found) throw new Refusal('not_found', `there is no node ${name}`);
    const value = await cluster.send('DELETE', `/nodes/${found.id}`, RevokedNode);
    const line = `Revoked: ${value.told} neighbours are told, ${value.sessions} sessions ended.`;
    return { value, line };
  },
};

export const nodeGroup: Group<Cluster> = {
  name: 'node',
  about: "a cluster's nodes, for the platform's people; peers, routes and flows of this host's own",
  of: 'platform',
  target: Cluster.of,
  rows: [list, pending, approve, refuse, revoke],
};

/** By request, or by a name that waits once. @throws Refusal */
async function waiting(cluster: Cluster, name: string | undefined): Promise<z.infer<typeof NodeRequestView>> {
  const { requests } = await cluster.get('/node-requests', NodeRequestList);
  const open = requests.filter((one) => one.id === name || (one.name === name && one.state === 'waiting'));
  const [only] = open;
  if (!only) throw new Refusal('not_found', `nothing waits as ${name}`);
  if (open.length > 1) throw new Refusal('bad_request', `more than one waits as ${name}: give the request`);
  return only;
}
