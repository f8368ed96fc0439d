/** `fabric requests`: access for a while, asked for with a reason; and deciding what others asked for. */

import { RequestState } from '../../../schema/access-request.ts';
import {
  AccessRequestList,
  AccessRequestView,
  RequestableList,
} from '../../../schema/api/access-requests.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { type Group, optional, required } from '../command-table.ts';
import { type Options, Organization, pick } from './organization.ts';

interface Asking extends Options {
  readonly reason: string;
  readonly for: string;
}
interface Listing extends Options {
  readonly state?: string;
}
interface Deciding extends Options {
  readonly note?: string;
}

const UNIT_S = { m: 60, h: 3600, d: 86_400 } as const;

/** `30m`, `2h`, `1d`. @throws Refusal */
export function durationOf(text: string): number {
  const [, count, unit] = /^(\d{1,4})([mhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined || Number(count) === 0)
    throw new Refusal('bad_request', `write how long as 30m, 2h or 1d, not ${text}`);
  return Number(count) * UNIT_S[unit as keyof typeof UNIT_S];
}

const line = ({ resourceName, state, expiresAt }: AccessRequestView) =>
  state === 'approved' ? `${resourceName} is yours until ${expiresAt}.` : `${resourceName}: ${state}.`;

export const accessRequests: Group<Organization> = {
  name: 'requests',
  about: 'access for a while, and who asked for it',
  of: 'organization',
  target: Organization.of,
  rows: [
    {
      command: 'list',
      isDefault: true,
      about: "your requests; everybody's, where you decide them",
      example: 'list --state pending',
      options: [optional('--state <state>', 'in this state').choices(RequestState.options)],
      async run(organization, { state }: Listing) {
        const value = await organization.get(
          `/access-requests${state === undefined ? '' : `?state=${state}`}`,
          AccessRequestList,
        );
        const rows = value.requests.map((one) => [
          one.id,
          one.byName ?? one.by,
          one.resourceName,
          `${Math.round(one.seconds / 60)} min`,
          one.state,
          one.expiresAt,
          one.reason,
        ]);
        return { value, rows: [['REQUEST', 'BY', 'RESOURCE', 'FOR', 'STATE', 'UNTIL', 'REASON'], ...rows] };
      },
    },
    {
      command: 'ask <resource>',
      about: 'ask for access to it',
      example: 'ask db --for 2h --reason "ticket 4711"',
      options: [required('--reason <text>', 'why'), required('--for <time>', 'how long: 30m, 2h, 1d')],
      async run(organization, { reason, for: time }: Asking, name) {
        const { resources } = await organization.get('/requestable', RequestableList);
        const resource = pick(resources, name, 'resource that may be asked for', (one) => one.name).id;
        const body = { resource, reason, seconds: durationOf(time) };
        const value = await organization.send('POST', '/access-requests', AccessRequestView, body);
        return { value, line: line(value) };
      },
    },
    {
      command: 'approve <request>',
      about: "approve somebody else's: it begins now",
      example: 'approve 5d2a…',
      options: [optional('--note <text>', 'for them and the audit trail')],
      async run(organization, { note }: Deciding, id) {
        const at = `/access-requests/${encodeURIComponent(id)}/approve`;
        const body = note === undefined ? {} : { note };
        const value = await organization.send('POST', at, AccessRequestView, body);
        return { value, line: `Approved: ${value.byName ?? value.by} until ${value.expiresAt}.` };
      },
    },
    {
      command: 'deny <request>',
      about: "deny somebody else's",
      example: 'deny 5d2a… --note "not during the freeze"',
      options: [required('--note <text>', 'why')],
      async run(organization, { note }: Deciding, id) {
        const at = `/access-requests/${encodeURIComponent(id)}/deny`;
        const value = await organization.send('POST', at, AccessRequestView, { note });
        return { value, line: line(value) };
      },
    },
    {
      command: 'withdraw <request>',
      about: 'withdraw one of yours that waits',
      example: 'withdraw 5d2a…',
      async run(organization, _, id) {
        await organization.remove(`/access-requests/${encodeURIComponent(id)}`);
        return { value: { withdrawn: id }, line: 'Withdrawn.' };
      },
    },
  ],
};
