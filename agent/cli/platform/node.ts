/** `fabric node`: for the platform's people: which nodes there are, who may join, who is put out. */
import type { Command } from 'commander';
import type { z } from 'zod';
import {
  NodeRequestList,
  type NodeRequestView,
  NodeRequestView as OneRequest,
  RevokedNode,
} from '../../../schema/api/clusters.ts';
import { NodeList } from '../../../schema/api/platform.ts';
import { NodeId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { table } from '../table.ts';
import { Cluster, type PlatformParts, type Which } from './cluster.ts';
import { tokenCommands } from './node-token.ts';

export const which = (parts: PlatformParts, command: Command): Command =>
  parts.common(command).option('--cluster <name>', 'where there are more than one');

export function nodeCommands(node: Command, parts: PlatformParts): void {
  list(node, parts);
  pending(node, parts);
  approve(node, parts);
  refuse(node, parts);
  revoke(node, parts);
  tokenCommands(node, parts, which);
}

function list(node: Command, parts: PlatformParts): void {
  which(parts, node.command('list'))
    .description('the nodes that are in')
    .action(async (options: Which) => {
      const cluster = await Cluster.of(parts.api, options.cluster);
      const found = await cluster.get('/nodes', NodeList);
      if (options.json) return parts.printJson(found);
      const rows = found.nodes.map(({ id, name, roles, lastSeenAt }) => [
        id,
        name,
        roles.join(' '),
        lastSeenAt ?? 'never',
      ]);
      parts.print(table([['NODE', 'NAME', 'ROLES', 'LAST SEEN'], ...rows]));
    });
}

function pending(node: Command, parts: PlatformParts): void {
  which(parts, node.command('pending'))
    .description(
      'nodes that wait to be let in, and the fingerprint each must show: compare it on its host (fabric agent status)',
    )
    .option('--all', 'those that were decided or waited too long as well', false)
    .action(async (options: Which & { all: boolean }) => {
      const cluster = await Cluster.of(parts.api, options.cluster);
      const found = await cluster.get('/node-requests', NodeRequestList);
      const requests = found.requests.filter(({ state }) => options.all || state === 'waiting');
      if (options.json) return parts.printJson({ requests });
      const rows = requests.map(({ id, name, roles, fingerprint, facts, address, state, expiresAt }) => [
        id,
        name,
        roles.join(' '),
        fingerprint,
        [facts?.hostname, facts?.platform, facts?.architecture, address].filter(Boolean).join(' '),
        state === 'waiting' ? `until ${expiresAt}` : state,
      ]);
      parts.print(table([['REQUEST', 'NAME', 'ROLES', 'FINGERPRINT', 'HOST', 'WAITS'], ...rows]));
    });
}

function approve(node: Command, parts: PlatformParts): void {
  which(parts, node.command('approve <request>'))
    .description('let a waiting node in, by its request or name')
    .requiredOption('--fingerprint <fingerprint>', "as the node's own host shows it")
    .action(async (name: string, options: Which & { fingerprint: string }) => {
      const cluster = await Cluster.of(parts.api, options.cluster);
      const { id } = await waiting(cluster, name);
      const body = { fingerprint: options.fingerprint };
      const done = OneRequest.parse(await cluster.send('POST', `/node-requests/${id}/approve`, body));
      if (options.json) return parts.printJson(done);
      parts.print(`${done.name} is let in: it comes by itself within a minute.`);
    });
}

function refuse(node: Command, parts: PlatformParts): void {
  which(parts, node.command('refuse <request>'))
    .description('refuse a waiting node for good')
    .option('--reason <why>', 'for the audit')
    .action(async (name: string, options: Which & { reason?: string }) => {
      const cluster = await Cluster.of(parts.api, options.cluster);
      const { id } = await waiting(cluster, name);
      const body = options.reason === undefined ? {} : { reason: options.reason };
      const done = OneRequest.parse(await cluster.send('POST', `/node-requests/${id}/refuse`, body));
      if (options.json) return parts.printJson(done);
      parts.print(`${done.name} is refused.`);
    });
}

function revoke(node: Command, parts: PlatformParts): void {
  which(parts, node.command('revoke <node>'))
    .description('put a node out, by name or id: its links and sessions end at once')
    .action(async (name: string, options: Which) => {
      const cluster = await Cluster.of(parts.api, options.cluster);
      const { nodes } = await cluster.get('/nodes', NodeList);
      const id = NodeId.safeParse(nodes.find((one) => one.name === name || one.id === name)?.id);
      if (!id.success) throw new Refusal('not_found', `there is no node ${name}`);
      const done = RevokedNode.parse(await cluster.send('DELETE', `/nodes/${id.data}`));
      if (options.json) return parts.printJson(done);
      parts.print(`Revoked: ${done.told} neighbours are told, ${done.sessions} sessions ended.`);
    });
}

/** By request, or by a name that waits once. @throws Refusal */
async function waiting(cluster: Cluster, name: string): Promise<z.infer<typeof NodeRequestView>> {
  const { requests } = await cluster.get('/node-requests', NodeRequestList);
  const open = requests.filter((one) => one.id === name || (one.name === name && one.state === 'waiting'));
  const [only] = open;
  if (!only) throw new Refusal('not_found', `nothing waits as ${name}`);
  if (open.length > 1) throw new Refusal('bad_request', `more than one waits as ${name}: give the request`);
  return only;
}
