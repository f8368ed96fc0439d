/** The key service that the environment chooses. What the other one wrapped before still opens, so that moving from one to the other is only a re-wrap. */
import type { Logger } from 'pino';
import type { Env } from '../env.ts';
import { envelopeSealer, ringOf, type Sealer } from './envelope.ts';
import { type KeyService, KeyServiceError } from './key-service.ts';
import { localKeyService } from './local-service.ts';
import { transitKeyService } from './transit-service.ts';

export type KeyEnv = Pick<
  Env,
  | 'FABRIC_KEY_SERVICE'
  | 'FABRIC_MASTER_KEY'
  | 'FABRIC_OLDER_MASTER_KEYS'
  | 'FABRIC_TRANSIT_URL'
  | 'FABRIC_TRANSIT_MOUNT'
  | 'FABRIC_TRANSIT_KEY'
  | 'FABRIC_TRANSIT_NAMESPACE'
  | 'FABRIC_TRANSIT_TOKEN'
  | 'FABRIC_TRANSIT_ROLE_ID'
  | 'FABRIC_TRANSIT_SECRET_ID'
  | 'FABRIC_TRANSIT_APPROLE_MOUNT'
>;

/** Newest first; none where Transit alone holds keys. */
export function masterKeysOf({ FABRIC_MASTER_KEY, FABRIC_OLDER_MASTER_KEYS }: KeyEnv): string[] {
  const older = FABRIC_OLDER_MASTER_KEYS?.split(',') ?? [];
  return FABRIC_MASTER_KEY === undefined ? older : [FABRIC_MASTER_KEY, ...older];
}

/** What seals everything at rest, as configured. Asks nobody yet. */
export async function configuredMaster(env: KeyEnv, now: () => number = Date.now): Promise<Sealer> {
  return envelopeSealer(await configuredService(env, now), now);
}

/** Before anybody is served: a key service that says no is a mistake to mend now; one that is away may come. @throws KeyServiceError `refused` */
export async function checkKeyService(master: Sealer, log: Pick<Logger, 'warn'>): Promise<void> {
  try {
    await ringOf(master).service.describe();
  } catch (error) {
    if (!(error instanceof KeyServiceError) || error.kind === 'refused') throw error;
    log.warn({ reason: error.message }, 'the key service does not answer');
  }
}

async function configuredService(env: KeyEnv, now: () => number): Promise<KeyService> {
  const [first, ...older] = masterKeysOf(env);
  const local = first === undefined ? undefined : await localKeyService([first, ...older]);
  const transit =
    env.FABRIC_TRANSIT_URL === undefined ? undefined : transitOf(env, env.FABRIC_TRANSIT_URL, now);
  const [chosen, other] = env.FABRIC_KEY_SERVICE === 'transit' ? [transit, local] : [local, transit];
  if (!chosen) throw new Error('no key service is configured');
  return other ? chosenOf(chosen, other) : chosen;
}

function transitOf(env: KeyEnv, url: string, now: () => number): KeyService {
  const { FABRIC_TRANSIT_ROLE_ID: roleId, FABRIC_TRANSIT_SECRET_ID: secretId } = env;
  const isRole = roleId !== undefined && secretId !== undefined;
  return transitKeyService({
    url,
    mount: env.FABRIC_TRANSIT_MOUNT ?? 'transit',
    key: env.FABRIC_TRANSIT_KEY ?? 'fabric',
    ...(env.FABRIC_TRANSIT_NAMESPACE === undefined ? {} : { namespace: env.FABRIC_TRANSIT_NAMESPACE }),
    credentials: isRole
      ? { roleId, secretId, mount: env.FABRIC_TRANSIT_APPROLE_MOUNT ?? 'approle' }
      : { token: env.FABRIC_TRANSIT_TOKEN ?? '' },
    now,
    fetch: (...request) => fetch(...request),
    random: Math.random,
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });
}

/** Wraps with the one, opens what either wrapped. */
export function chosenOf(chosen: KeyService, other: KeyService): KeyService {
  const ownerOf = (wrapped: string): KeyService => {
    try {
      chosen.versionOf(wrapped);
      return chosen;
    } catch (error) {
      if (error instanceof KeyServiceError) return other;
      throw error;
    }
  };
  return {
    wrap: chosen.wrap,
    unwrap: (wrapped, context) => ownerOf(wrapped).unwrap(wrapped, context),
    rewrap: async (wrapped, context) =>
      ownerOf(wrapped) === chosen
        ? chosen.rewrap(wrapped, context)
        : chosen.wrap(await other.unwrap(wrapped, context), context),
    versionOf: (wrapped) => ownerOf(wrapped).versionOf(wrapped),
    describe: chosen.describe,
  };
}
