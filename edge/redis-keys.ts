/**
 * How every key and channel in Redis is named: `fabric:{<namespace>}:<kind>:<what>`. The namespace is that of an organization, of a cluster, or of the platform for what is nobody's yet, as an
 * address that signs in; in braces, so that a Redis Cluster keeps each in one place. Ids are checked and nothing before `<what>` may hold a colon or a brace: no name reaches into another namespace.
 */
import { z } from 'zod';

export type Namespace = 'platform' | { readonly org: string } | { readonly cluster: string };
export type RedisKind = 'limit' | 'once' | 'events';

/** Only made here. */
export type RedisKey = string & { readonly __redisKey: true };

export const REDIS_KEY =
  /^fabric:\{(platform|org-[0-9a-f-]{36}|cluster-[0-9a-f-]{36})\}:(limit|once|events):.+$/s;

/** However it is spelled: one organization has one count. */
const Id = z.guid().toLowerCase();
const Key = z.custom<RedisKey>((text) => typeof text === 'string' && REDIS_KEY.test(text));

export function redisKey(within: Namespace, kind: RedisKind, ...what: readonly string[]): RedisKey {
  return Key.parse(`fabric:{${nameOf(within)}}:${kind}:${what.join(':')}`);
}

function nameOf(within: Namespace): string {
  if (within === 'platform') return within;
  return 'org' in within ? `org-${Id.parse(within.org)}` : `cluster-${Id.parse(within.cluster)}`;
}
