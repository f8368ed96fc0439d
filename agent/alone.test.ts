import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { requireAlone } from './alone.ts';

const root = mkdtempSync(join(tmpdir(), 'alone-'));
afterAll(() => rmSync(root, { recursive: true }));

test('two memberships live beside each other, two agents on one folder do not, whatever their sockets', async () => {
  const [one, two] = [join(root, 'one'), join(root, 'two')];
  const first = await requireAlone(join(one, 'agent.sock'), one);
  await expect(requireAlone(join(root, 'elsewhere.sock'), one)).rejects.toMatchObject({ code: 'conflict' });
  const second = await requireAlone(join(two, 'agent.sock'), two);
  expect(statSync(join(one, 'lock')).mode & 0o777).toBe(0o600);
  first.close();
  await once(first, 'close');
  const again = await requireAlone(join(root, 'elsewhere.sock'), one);
  for (const held of [again, second]) held.close();
});
