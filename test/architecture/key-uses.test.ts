/** Who takes an organization's data key tells the organization, in the same file: a use that nobody is told of fails this. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const edge = fileURLToPath(new URL('../../edge', import.meta.url));
/** Where it is told instead. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'keys/envelope.ts': 'defines it',
  'webhooks/secret.ts': 'resources/webhooks/routes.ts and jobs/webhooks.ts, which call it',
};

test('every file that takes a data key records its use', () => {
  const files = readdirSync(edge, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.includes('.test.') && !path.includes('dist'))
    .map((path) => ({
      path: relative(edge, join(edge, path)),
      text: readFileSync(join(edge, path), 'utf8'),
    }));
  const taking = files.filter(({ text }) =>
    /\b(dataKeySealer|organizationSealer|openWebhookSecret|sealWebhookSecret)\(/.test(text),
  );
  expect(taking.length).toBeGreaterThan(5);
  const silent = taking.filter(({ path, text }) => !(path in ELSEWHERE) && !/\brecordKeyUse\(/.test(text));
  expect(silent.map(({ path }) => path)).toEqual([]);
});
