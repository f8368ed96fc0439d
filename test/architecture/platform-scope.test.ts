/** Who steps outside an organization's rows. A handler that starts to is named here with its reason, or this fails. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

const MAY: Readonly<Record<string, string>> = {
  'edge/flows/enrol-node.ts': 'nodes are the platform’s',
  'edge/flows/open-session.ts': 'places a session on a node, signs for the cluster',
  'edge/flows/start-session.ts': 'a node acts on the session placed on it, whatever its organization',
  'edge/middleware/authenticate-node.ts': 'nodes are the platform’s',
  'edge/middleware/authenticate.ts': 'the keys that access tokens are checked with',
  'edge/middleware/authorize.ts': 'the role on the platform of someone who says they have one',
  'edge/resources/administrators/routes.ts': 'the platform’s own people',
  'edge/resources/auth/routes.ts': 'who signs in belongs to no organization yet',
  'edge/resources/members/routes.ts': 'an account is the platform’s row',
  'edge/resources/nodes/routes.ts': 'nodes are the platform’s',
  'edge/resources/organizations/routes.ts': 'the list of organizations, and what they may have',
  'edge/resources/platform/routes.ts': 'clusters, nodes, organizations',
  'edge/resources/support-access/routes.ts': 'whether somebody of an address works for the platform',
  'edge/setup/setup.ts': 'the first account and key',
  'edge/snapshots/publish.ts': 'what nodes are told',
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
