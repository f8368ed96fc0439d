/** Who steps outside an organization's rows. A handler that starts to is named here with its reason, or this fails. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

const MAY: Readonly<Record<string, string>> = {
  'edge/db-continued.ts': 'hands it on and asks nothing itself',
  'edge/flows/change-authority.ts': 'whose word a cluster’s control plane is',
  'edge/flows/decide-node.ts': 'nodes are the platform’s',
  'edge/flows/enrol-node.ts': 'nodes are the platform’s',
  'edge/flows/open-session.ts': 'places a session on a node, signs for the cluster',
  'edge/flows/rotate-cluster-key.ts': 'clusters and their keys are the platform’s',
  'edge/flows/revoke-node.ts': 'nodes are the platform’s, and all sessions on one end with it',
  'edge/flows/start-session.ts': 'a node acts on the session placed on it, whatever its organization',
  'edge/jobs/audit-chain.ts': 'signs the chains of all organizations',
  'edge/jobs/expiries.ts': 'removes what is over, whosever it was',
  'edge/jobs/keys/operation.ts': 'keys are the platform’s, and so is what is done to them',
  'edge/jobs/keys/rewrap.ts': 'moves every wrapped key on, whosever it is',
  'edge/jobs/keys/rotate.ts': 'exchanges the data keys of all organizations',
  'edge/jobs/lost-reach.ts': 'finds the organizations whose grants have ended by the clock',
  'edge/jobs/lost-sessions.ts': 'ends the sessions of nodes that are gone, whatever their organization',
  'edge/jobs/outbox.ts': 'hands on the events of all organizations',
  'edge/jobs/recordings.ts': 'recordings that are over or whose parts stopped coming, of all organizations',
  'edge/jobs/run.ts': 'which job runs where is the platform’s',
  'edge/jobs/secrets.ts': 'rotates what is due, of all organizations',
  'edge/jobs/status.ts': 'how the jobs are doing is the platform’s',
  'edge/jobs/webhooks.ts': 'sends what is due, of all organizations',
  'edge/middleware/authenticate-node.ts': 'nodes are the platform’s',
  'edge/middleware/authenticate.ts': 'the keys that access tokens are checked with',
  'edge/middleware/authorize.ts': 'the role on the platform of someone who says they have one',
  'edge/middleware/idempotent.ts': 'what was answered before, to callers of any kind',
  'edge/resources/administrators/routes.ts': 'the platform’s own people',
  'edge/partition/newer.ts': 'whose word a cluster’s control plane is',
  'edge/partition/restricted.ts': 'whether a cluster’s control plane may widen trust',
  'edge/resources/audit/routes.ts': 'the platform’s own trail, and the keys that sign all of them',
  'edge/resources/auth/join.ts': 'who joins has an account and no more: membership begins there',
  'edge/resources/auth/passkey.ts': 'who signs in belongs to no organization yet',
  'edge/resources/auth/password.ts': 'who signs in belongs to no organization yet',
  'edge/resources/auth/routes.ts': 'who signs in belongs to no organization yet',
  'edge/resources/auth/second-factor.ts': 'who signs in belongs to no organization yet',
  'edge/resources/auth/step-up.ts': 'what a person proves themselves with is theirs, in no organization',
  'edge/resources/clusters/partition.ts': 'whose word a cluster’s control plane is',
  'edge/resources/clusters/policy.ts': 'clusters are the platform’s',
  'edge/resources/clusters/requests.ts': 'nodes are the platform’s',
  'edge/resources/clusters/tokens.ts': 'nodes are the platform’s',
  'edge/resources/events/routes.ts': 'the platform’s own events',
  'edge/resources/keys/routes.ts': 'the key service, and the keys of clusters',
  'edge/resources/members/invitations.ts':
    'secrets of an account, and whether its person belongs elsewhere too',
  'edge/resources/members/routes.ts': 'an account is the platform’s row',
  'edge/resources/nodes/routes.ts': 'nodes are the platform’s',
  'edge/resources/organizations/routes.ts': 'the list of organizations, and what they may have',
  'edge/resources/organizations/suspension.ts': 'whether an organization is at work, only the platform says',
  'edge/resources/platform/routes.ts': 'clusters, nodes, organizations',
  'edge/resources/recordings/store.ts': 'a node sends parts of what it records, whatever its organization',
  'edge/resources/security/routes.ts': 'what a person signs in with is theirs, in no organization',
  'edge/resources/security/second-factors.ts': 'what a person signs in with is theirs, in no organization',
  'edge/resources/sign-in-policy/routes.ts':
    'devices belong to people: those of members are shown and let in',
  'edge/resources/sso/domains.ts': 'whose a domain is, only the platform says',
  'edge/resources/sso/sign-in.ts': 'who signs in belongs to no organization yet',
  'edge/resources/support-access/routes.ts': 'whether somebody of an address works for the platform',
  'edge/setup/setup.ts': 'the first account and key',
  'edge/sign-in/assurance.ts': 'whether somebody belongs to more than the organization that vouched for them',
  'edge/sign-in/live.ts': 'sign-ins are a person’s, in no organization',
  'edge/sign-in/passkeys.ts': 'whose a passkey is, before anybody is signed in',
  'edge/sign-in/password.ts': 'whose a password is, before anybody is signed in',
  'edge/sign-in/second-factor.ts': 'codes are a person’s, in no organization',
  'edge/snapshots/publish.ts': 'what nodes are told',
  'edge/snapshots/watch.ts': 'what nodes are told',
  'edge/sso/settle.ts': 'accounts are the platform’s; who comes back from a provider is not signed in yet',
};

/** However it is broken into lines. `forPlatform(...)` is something else. */
const PLATFORM_CALL = /\.platform\(/;

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'dist' ? [] : sources(path);
    return /\.tsx?$/.test(entry.name) && !entry.name.includes('.test.') ? [path] : [];
  });
}

test('only these files use the handle that sees every organization', () => {
  const using = sources(join(root, 'edge'))
    .filter((path) => PLATFORM_CALL.test(readFileSync(path, 'utf8')))
    .map((path) => relative(root, path))
    .sort();
  expect(using).toEqual(Object.keys(MAY).sort());
});

test('they are found however the handle is called', () => {
  const calls = ['db.platform((tx) =>', 'db\n    .platform(async (tx) =>', 'services.db.platform(work)'];
  expect('forPlatform(permission)').not.toMatch(PLATFORM_CALL);
  for (const call of calls) expect(call).toMatch(PLATFORM_CALL);
});
