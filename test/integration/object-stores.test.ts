/** Every object store does the same: files in a folder, and S3 against s3rver, a real server; it does not compare signatures, so that a wrong key is refused is not shown here. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { folderObjects } from '../../edge/node-objects.ts';
import type { ObjectStore } from '../../edge/storage/object-store.ts';
import { s3Objects } from '../../edge/storage/s3.ts';

const folder = mkdtempSync(join(tmpdir(), 'objects-'));
const server = new S3rver({
  port: 0,
  address: '127.0.0.1',
  silent: true,
  directory: join(folder, 's3'),
  configureBuckets: [{ name: 'recordings', configs: [] }],
});
let endpoint = '';
beforeAll(async () => {
  endpoint = `http://127.0.0.1:${(await server.run()).port}`;
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});
const KEYS = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
const s3 = () => s3Objects({ endpoint, bucket: 'recordings', region: 'us-east-1', ...KEYS });

describe.each<[string, () => ObjectStore]>([
  ['files', () => folderObjects(join(folder, 'files'))],
  ['S3', () => s3()],
])('%s', (_, make) => {
  test('what is put is got, a second time instead of the first, until it is removed', async () => {
    const store = make();
    expect(await store.get('org/a/0')).toBeUndefined();
    await store.put('org/a/0', new Uint8Array(200_000).fill(1));
    await store.put('org/a/0', Uint8Array.of(1, 2, 3));
    expect(await store.get('org/a/0')).toEqual(Uint8Array.of(1, 2, 3));
    await store.remove('org/a/0');
    await store.remove('org/a/0');
    expect(await store.get('org/a/0')).toBeUndefined();
  });
  test.each(['../a', 'a/../../b', '/etc/passwd', 'a//b', 'a?b', ''])('%j leads nowhere', async (name) => {
    await expect(make().put(name, new Uint8Array())).rejects.toThrow('not a name');
  });
});

test('a bucket that is not there is an error, and not an object that is not there', async () => {
  const lost = s3Objects({ endpoint, bucket: 'elsewhere', region: 'us-east-1', ...KEYS });
  await expect(lost.put('org/a/1', Uint8Array.of(1))).rejects.toThrow('no such bucket');
});
