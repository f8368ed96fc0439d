/** Which object store the bindings name; undefined: none, and nothing is recorded. */
import type { Env } from '../env.ts';
import type { ObjectStore } from './object-store.ts';
import { s3Objects } from './s3.ts';

/** @param inFolder undefined where there are no files */
export function objectsOf(env: Env, inFolder?: (folder: string) => ObjectStore): ObjectStore | undefined {
  if (env.FABRIC_OBJECTS === undefined) return undefined;
  const { protocol, hostname, pathname } = new URL(env.FABRIC_OBJECTS);
  if (protocol === 'file:') {
    if (!inFolder) throw new Error('FABRIC_OBJECTS: there are no files on this runtime: use s3://BUCKET');
    return inFolder(decodeURIComponent(pathname));
  }
  const { FABRIC_S3_ENDPOINT, FABRIC_S3_REGION, FABRIC_S3_ACCESS_KEY, FABRIC_S3_SECRET_KEY } = env;
  if (!FABRIC_S3_ENDPOINT || !FABRIC_S3_ACCESS_KEY || !FABRIC_S3_SECRET_KEY)
    throw new Error(
      'FABRIC_OBJECTS: s3 needs FABRIC_S3_ENDPOINT, FABRIC_S3_ACCESS_KEY and FABRIC_S3_SECRET_KEY',
    );
  return s3Objects({
    endpoint: FABRIC_S3_ENDPOINT,
    bucket: hostname,
    region: FABRIC_S3_REGION,
    accessKeyId: FABRIC_S3_ACCESS_KEY,
    secretAccessKey: FABRIC_S3_SECRET_KEY,
  });
}
