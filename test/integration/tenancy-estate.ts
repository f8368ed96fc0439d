/** What an organization of the test world owns besides its people and resources: providers, devices, invitations, webhooks and what was sent to them. */
import { checkpointsJob } from '../../edge/jobs/audit-chain.ts';
import { outboxJob } from '../../edge/jobs/outbox.ts';
import { runDueJobs } from '../../edge/jobs/run.ts';
import type { ControlApi } from './control-api.ts';

export type Call = (method: string, path: string, body?: object) => Promise<Record<string, unknown>>;

/** Any provider: nobody is there. */
export const provider = (name: string) => ({
  name,
  settings: { kind: 'oidc', issuer: 'https://idp.nowhere.test', clientId: 'fabric' },
  secret: 'a client secret',
  roles: {},
});
export const OPEN = {
  passwordAllowed: true,
  passkeyAllowed: true,
  ssoOnly: false,
  secondFactor: 'nobody',
  deviceApproval: 'none',
};

interface Device {
  readonly id: string;
  readonly user: string;
}

/** @param call as the organization's owner, below its path */
export async function makeEstate(call: Call, name: string, user: string): Promise<Record<string, string>> {
  const newcomer = { email: `invited@${name}.test`, name: 'Invited', role: 'organization_user' };
  const invited = await call('POST', '/members', newcomer);
  const { devices } = (await call('GET', '/devices')) as unknown as { devices: Device[] };
  const device = devices.find((known) => known.user === user)?.id;
  if (device === undefined) throw new Error('the user signed in with no device');
  await call('PUT', `/devices/${device}/approval`);
  await call('PUT', '/sign-in-policy', OPEN);
  await call('PUT', '/audit/retention', { days: null });
  const hook = await call('POST', '/webhooks', { name: 'hook', url: `https://hooks.${name}.test/` });
  const generate = { kind: 'password', length: 32 };
  const secret = await call('POST', '/secrets', { name: 'door', kind: 'password', generate });
  return {
    secret: String(secret['id']),
    // No secret has so many.
    version: '424242424',
    invitee: String(invited['id']),
    invitation: (invited['invitation'] as { id: string }).id,
    device,
    provider: String((await call('POST', '/identity-providers', provider('idp')))['id']),
    webhook: String(hook['id']),
  };
}

/** Events become deliveries, audit trails get their checkpoints; nothing is sent anywhere. */
export async function runUpkeep(api: ControlApi): Promise<void> {
  api.now += 1_500;
  await runDueJobs(api.services, [outboxJob, checkpointsJob]);
}

/** @returns the newest delivery of a webhook */
export async function deliveryOf(call: Call, webhook: string): Promise<string> {
  const { deliveries } = (await call('GET', `/webhooks/${webhook}/deliveries`)) as unknown as {
    deliveries: { id: string }[];
  };
  const [newest] = deliveries;
  if (!newest) throw new Error('nothing was to be delivered');
  return newest.id;
}
