import { expect, test } from 'vitest';
import { credentialPlace, dataKeySealer, masterSealer, newDataKey } from './envelope.ts';

const KEY = 'A'.repeat(43);

test('a sealed credential opens at its own place only', async () => {
  const master = await masterSealer(KEY);
  const sealer = await dataKeySealer(master, 'org-a', await newDataKey(master, 'org-a'));
  const sealed = await sealer.seal(new TextEncoder().encode('secret'), credentialPlace('org-a', 'r1'));
  expect(new TextDecoder().decode(await sealer.open(sealed, credentialPlace('org-a', 'r1')))).toBe('secret');
  for (const place of [credentialPlace('org-a', 'r2'), credentialPlace('org-b', 'r1')])
    await expect(sealer.open(sealed, place)).rejects.toThrow();
  await expect(sealer.open(`${sealed.slice(0, -3)}AAA`, credentialPlace('org-a', 'r1'))).rejects.toThrow();
});

test("an organization's data key does not open under another organization or master key", async () => {
  const master = await masterSealer(KEY);
  const sealed = await newDataKey(master, 'org-a');
  await expect(dataKeySealer(master, 'org-b', sealed)).rejects.toThrow();
  await expect(dataKeySealer(await masterSealer('B'.repeat(43)), 'org-a', sealed)).rejects.toThrow();
});
