/** `fabric sessions`: one's own, and with the right to, everybody's. */
import type { Option } from 'commander';
import { z } from 'zod';
import { ManagedResourceList } from '../../../schema/api/resources.ts';
import {
  type ManagedSession,
  ManagedSessionList,
  ManagedSessionQuery,
  SessionList,
} from '../../../schema/api/sessions.ts';
import { SessionId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { type Group, type Outcome, optional } from '../command-table.ts';
import { Nothing, type Options, Organization, pick } from './organization.ts';

interface Listing extends Options {
  readonly all?: boolean;
  readonly holder?: string;
  readonly resource?: string;
  readonly state?: string;
  readonly before?: string;
  readonly limit?: string;
}
interface Ending extends Options {
  readonly reason?: string;
}

const STATES = ManagedSessionQuery.shape.state.unwrap().options;
const ofAll = (option: Option) => option.implies({ all: true });

export const sessions: Group<Organization> = {
  name: 'sessions',
  about: "live sessions of yours; with --all everybody's, live and over",
  of: 'organization',
  target: Organization.of,
  rows: [
    {
      command: 'list',
      isDefault: true,
      about: "your live sessions; with --all, or one of the filters, everybody's, newest first",
      example: 'list --all --state live --resource demo-shell',
      options: [
        optional('--all', "everybody's, live and over"),
        ofAll(optional('--holder <who>', "this member's, by e-mail address; or of an id")),
        ofAll(optional('--resource <name>', 'on this resource')),
        ofAll(optional('--state <state>', 'in this state, or live, or over').choices(STATES)),
        ofAll(optional('--before <session>', 'opened before this one: the next page')),
        ofAll(optional('--limit <n>', 'how many')),
      ],
      run: (organization, options: Listing) =>
        options.all ? everybodys(organization, options) : own(organization),
    },
    {
      command: 'end <session>',
      about: "end a session of yours; with --reason anybody's",
      example: 'end 3c1f… --reason "left the building"',
      options: [optional('--reason <text>', 'end it as who looks after sessions; the audit trail keeps it')],
      asks: ({ reason }: Ending, id) => (reason === undefined ? undefined : `Session ${id} will end.`),
      async run(organization, { reason }: Ending, typed) {
        const id = sessionId(typed);
        if (reason === undefined) await organization.remove(`/sessions/${id}`);
        else await organization.send('POST', `/all-sessions/${id}/end`, Nothing, { reason });
        return { value: { ended: id }, line: 'Ended.' };
      },
    },
  ],
};

function sessionId(typed: string): SessionId {
  const session = SessionId.safeParse(typed);
  if (!session.success) throw new Refusal('bad_request', `${typed} is not a session id`);
  return session.data;
}

async function own(organization: Organization): Promise<Outcome> {
  const value = await organization.get('/sessions', SessionList);
  const rows = value.sessions.map(({ id, resourceName, state, createdAt }) => [
    id,
    resourceName,
    state,
    createdAt,
  ]);
  return { value, rows: [['SESSION', 'RESOURCE', 'STATE', 'SINCE'], ...rows] };
}

async function everybodys(organization: Organization, options: Listing): Promise<Outcome> {
  const { state, before, limit } = options;
  const wanted = {
    holder: options.holder && (await holderId(organization, options.holder)),
    resource: options.resource && (await resourceId(organization, options.resource)),
    state,
    before: before && sessionId(before),
    limit,
  };
  const given = Object.entries(wanted).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const value = await organization.get(`/all-sessions?${new URLSearchParams(given)}`, ManagedSessionList);
  const rows = value.sessions.map(rowOf);
  const more = value.next === null ? [] : [['', '', `more: --before ${value.next}`]];
  return { value, rows: [['SESSION', 'WHOSE', 'RESOURCE', 'STATE', 'OPENED', 'REASON'], ...rows, ...more] };
}

const rowOf = ({ id, holder, resourceName, state, createdAt, reason }: ManagedSession) => [
  id,
  holder.email ?? holder.name ?? holder.id,
  resourceName,
  state,
  createdAt,
  reason ?? '-',
];

const holderId = async (organization: Organization, typed: string): Promise<string> =>
  z.uuid().safeParse(typed).success ? typed : (await organization.member(typed)).id;

/** By name for who may see all resources, else by id. */
async function resourceId(organization: Organization, typed: string): Promise<string> {
  if (z.uuid().safeParse(typed).success) return typed;
  const { resources } = await organization.get('/inventory', ManagedResourceList);
  return pick(resources, typed, 'resource', ({ name }) => name).id;
}
