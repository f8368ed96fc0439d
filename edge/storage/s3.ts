/** Objects in anything that speaks the S3 API (path style, signature version 4). */
import { AwsClient } from 'aws4fetch';
import { checkName, type ObjectStore } from './object-store.ts';

export interface S3Options {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const TIMEOUT_MS = 20_000;

export function s3Objects({
  endpoint,
  bucket,
  region,
  accessKeyId,
  secretAccessKey,
}: S3Options): ObjectStore {
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries: 2 });
  const call = async (method: string, name: string, bytes?: Uint8Array): Promise<Response> => {
    const url = new URL(`${bucket}/${checkName(name)}`, endpoint.endsWith('/') ? endpoint : `${endpoint}/`);
    const response = await client.fetch(url, {
      method,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(bytes ? { body: Uint8Array.from(bytes) } : {}),
    });
    if (response.ok || response.status === 404) return response;
    await response.body?.cancel();
    throw new Error(`the object store answered ${method} with ${response.status}`);
  };
  return {
    put: async (name, bytes) => {
      const { ok, body } = await call('PUT', name, bytes);
      await body?.cancel();
      if (!ok) throw new Error('the object store has no such bucket');
    },
    get: async (name) => {
      const response = await call('GET', name);
      if (response.ok) return new Uint8Array(await response.arrayBuffer());
      await response.body?.cancel();
      return undefined;
    },
    remove: async (name) => {
      await (await call('DELETE', name)).body?.cancel();
    },
  };
}
