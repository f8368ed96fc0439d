/** Each import rule catches what it forbids: a rule that never fires protects nothing. */

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const planted: Record<string, [file: string, imports: string]> = {
  'schema-alone': ['schema/bad.ts', '../edge/db.ts'],
  'edge-schema': ['edge/bad.ts', '../dataplane/transport/transport.ts'],
  'console-client': ['edge/console/bad.ts', '../../dataplane/link/link.ts'],
  'dataplane-schema': ['dataplane/bad.ts', '../agent/config.ts'],
  'agent-dataplane': ['agent/bad.ts', '../edge/db.ts'],
  'examples-dataplane': ['examples/bad.ts', '../edge/db.ts'],
  'adapters-apart': ['dataplane/adapters/tcp/bad.ts', '../ssh/ssh.ts'],
  'render-alone': ['dataplane/render/bad.ts', '../link/link.ts'],
  'routing-alone': ['dataplane/routing/bad.ts', '../link/link.ts'],
  'link-below': ['dataplane/link/bad.ts', '../roles/role.ts'],
  'channel-below': ['dataplane/channel/bad.ts', '../link/link.ts'],
  'client-below': ['dataplane/client/bad.ts', '../roles/role.ts'],
  'sessions-below': ['dataplane/sessions/bad.ts', '../roles/role.ts'],
  'resources-apart': ['edge/resources/a/bad.ts', '../b/store.ts'],
  'edge-web-standard': ['edge/worse.ts', 'node:fs'],
  'browser-web-standard': ['dataplane/client/worse.ts', 'node:fs'],
  'no-cycles': ['schema/cycle.ts', './cycle-back.ts'],
};
const targets = [
  'edge/db.ts',
  'dataplane/transport/transport.ts',
  'dataplane/link/link.ts',
  'dataplane/roles/role.ts',
  'agent/config.ts',
];

/** A cycle is reported at any one of its files. */
const isPlanted = (from: string, file: string) => from.replace('-back', '') === file;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'import-rules-'));
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  for (const file of [...targets, 'dataplane/adapters/ssh/ssh.ts', 'edge/resources/b/store.ts'])
    write(file, 'export const x = 1;\n');
  for (const [file, target] of Object.values(planted))
    write(file, `import * as bad from '${target}';\nexport { bad };\n`);
  write('schema/cycle-back.ts', "export * from './cycle.ts';\n");
  for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json'])
    cpSync(join(root, file), join(folder, file));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('every planted violation is named by its rule', () => {
  const args = [
    'schema',
    'edge',
    'dataplane',
    'agent',
    'examples',
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'json',
  ];
  const { stdout } = spawnSync(join(root, 'node_modules/.bin/depcruise'), args, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  const { summary } = JSON.parse(stdout) as {
    summary: { violations: { from: string; rule: { name: string } }[] };
  };
  for (const [rule, [file]] of Object.entries(planted)) {
    expect(
      summary.violations.some((found) => found.rule.name === rule && isPlanted(found.from, file)),
      rule,
    ).toBe(true);
  }
});

test('the rules that are planted are all the rules but the one about a library', () => {
  const { stdout } = spawnSync(
    process.execPath,
    ['-p', "require('./.dependency-cruiser.cjs').forbidden.map((rule) => rule.name).join()"],
    { cwd: root, encoding: 'utf8' },
  );
  expect(stdout.trim().split(',').sort()).toEqual([...Object.keys(planted), 'one-webtransport'].sort());
});
