/** `fabric node ...`: what a node knows of its network, and why flows go the way they go. For who runs the node, on its own host. */
import type { Command } from 'commander';
import { z } from 'zod';
import { NodeId, SessionId } from '../../schema/ids.ts';
import { NetworkReport, type ReportedFlow, type ReportedRoute } from '../../schema/network-report.ts';
import { Refusal } from '../../schema/refusal.ts';
import { table } from './table.ts';

const DATA = '/var/lib/fabric-agent';
const Networks = z.object({ networks: z.array(z.object({ role: z.string(), report: NetworkReport })) });
type Network = z.infer<typeof Networks>['networks'][number];

interface Options {
  readonly data: string;
  readonly json: boolean;
}

const print = (text: string) => void process.stdout.write(`${text}\n`);

export function addNodeCommands(node: Command): void {
  const command = (name: string, about: string, show: (networks: Network[], of: string) => unknown) =>
    node
      .command(name)
      .description(about)
      .option('--data <dir>', "the agent's data folder", DATA)
      .option('--json', 'one JSON document on standard output', false)
      .action(async (...given: unknown[]) => {
        const [options, of] = argumentsOf(given);
        const { askLocal } = await import('./agent-status.ts');
        const { networks } = Networks.parse(await askLocal(options.data, '/network'));
        const shown = show(networks, of);
        if (options.json) print(JSON.stringify(typeof shown === 'string' ? { networks } : shown));
        else print(typeof shown === 'string' ? shown : explainedText(shown as Explained[]));
      });
  command('peers', 'neighbours: active, warm and bootstrap, with what was measured', peersText);
  command('routes', 'where flows go, for each destination and kind of traffic', routesText);
  command('flows', 'flows that pass here, and how much', flowsText);
  command(
    'explain <session>',
    "why a session's flows go this way: each way that was weighed (on its entry node; a node's id works as well)",
    explain,
  );
}

/** Commander hands on the arguments, then the options, then the command. */
function argumentsOf(given: unknown[]): [Options, string] {
  const options = given.at(-2) as Options;
  return [options, given.length > 2 ? String(given[0]) : ''];
}

const ms = (value: number | undefined) => (value === undefined ? '-' : `${value.toFixed(1)} ms`);
const percent = (value: number | undefined) => (value === undefined ? '-' : `${(100 * value).toFixed(1)} %`);
/** The last part says enough where all are on one screen. */
const short = (id: string) => id.slice(-12);

export function peersText(networks: readonly Network[]): string {
  const rows = networks.flatMap(({ role, report }) =>
    report.peers.map(({ node, roles, class: kind, latencyMs, loss, reliability, link }) => [
      role,
      node,
      roles.join(' '),
      kind,
      link ? (link.failing ? 'failing' : link.standing) : '-',
      ms(latencyMs),
      percent(loss),
      percent(reliability),
      String(link?.flows ?? 0),
    ]),
  );
  const head = ['ROLE', 'PEER', 'ITS ROLES', 'CLASS', 'LINK', 'ROUND TRIP', 'LOSS', 'RELIABLE', 'FLOWS'];
  const nats = networks.map(({ role, report }) => `${role}: NAT ${report.nat}`);
  return `${table([head, ...rows])}\n\n${nats.join('\n')}`;
}

export function routesText(networks: readonly Network[]): string {
  const rows = networks.flatMap(({ role, report }) =>
    report.routes.map(({ to, want, next, ways }) => {
      const way = ways.find(({ path }) => path[0] === next) ?? ways.find(({ cost }) => cost !== undefined);
      return [
        role,
        to,
        want,
        way ? way.path.map(short).join(' > ') : 'none',
        ms(way?.metric.rttMs),
        ways.length,
      ].map(String);
    }),
  );
  return table([['ROLE', 'TO', 'FOR', 'BY', 'ROUND TRIP', 'WAYS'], ...rows]);
}

export function flowsText(networks: readonly Network[]): string {
  const rows = networks.flatMap(({ role, report }) =>
    report.flows.map((flow) =>
      [role, flow.link, flow.opened ? 'out' : 'in', flow.to, flow.class, flow.sent, flow.received].map(
        String,
      ),
    ),
  );
  return table([['ROLE', 'LINK', 'WAY', 'TO', 'CLASS', 'SENT', 'RECEIVED'], ...rows]);
}

interface Explained {
  readonly role: string;
  readonly flows: readonly ReportedFlow[];
  readonly routes: readonly ReportedRoute[];
}

/** @throws Refusal `not_found` when nothing here concerns it */
export function explain(networks: readonly Network[], of: string): Explained[] {
  const session = SessionId.safeParse(of);
  const node = NodeId.safeParse(of);
  if (!session.success || !node.success) throw new Refusal('bad_request', `${of} is no session and no node`);
  const explained = networks.flatMap(({ role, report }): Explained[] => {
    const flows = report.flows.filter(
      (flow) => flow.opened && (flow.session === session.data || flow.to === node.data),
    );
    const ends = new Set([...flows.map(({ to }) => to), node.data]);
    const routes = report.routes.filter(({ to }) => ends.has(to));
    return routes.length === 0 ? [] : [{ role, flows, routes }];
  });
  if (explained.length === 0)
    throw new Refusal('not_found', 'no flow of it begins here: ask on the entry node that its client is at');
  return explained;
}

function explainedText(explained: readonly Explained[]): string {
  return explained
    .flatMap(({ role, flows, routes }) => [
      `${role}: ${flows.length} flows`,
      ...flows.map((flow) => `  class ${flow.class} goes over the link to ${flow.link}`),
      ...routes.flatMap(({ to, want, next, ways }) => [
        `to ${to}, for ${want}:`,
        ...ways.map(({ path, barred, cost, parts }) => {
          const taken = path[0] === next ? '*' : ' ';
          const why =
            barred === undefined
              ? `costs ${cost?.toFixed(1)}: ${Object.entries(parts ?? {})
                  .filter(([, part]) => part !== 0)
                  .map(([name, part]) => `${name} ${part.toFixed(1)}`)
                  .join(', ')}`
              : `refused: ${barred}`;
          return `  ${taken} ${path.map(short).join(' > ')}  ${why}`;
        }),
      ]),
    ])
    .join('\n');
}
