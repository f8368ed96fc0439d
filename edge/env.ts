/** What the control API needs to run, checked once. A missing or wrong binding says which, why and what to set. */
import { z } from 'zod';
import { parseBlocks } from './trusted-proxies.ts';

const MasterKey = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/, { error: 'must be 32 bytes as base64url, without padding' });
const PathPart = z.string().regex(/^[A-Za-z0-9_-]{1,100}(\/[A-Za-z0-9_-]{1,100})*$/);
const isSafe = ({ protocol, hostname }: URL) =>
  protocol === 'https:' || ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);

const Bindings = z.object({
  /** A login role that owns nothing: see setup/setup.ts. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  UPSTASH_REDIS_REST_URL: z.url(),
  UPSTASH_REDIS_REST_TOKEN: z.string().min(1),
  /** Who wraps the data keys that everything is sealed with: master keys of this process, or Vault or OpenBao (docs/keys.md). */
  FABRIC_KEY_SERVICE: z.enum(['local', 'transit']).default('local'),
  /** 32 bytes, base64url: wraps every key at rest where the key service is local. */
  FABRIC_MASTER_KEY: MasterKey.optional(),
  /** Those before it, newest first, with commas between: they only open. */
  FABRIC_OLDER_MASTER_KEYS: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}(,[A-Za-z0-9_-]{43}){0,7}$/, { error: 'must be at most eight such keys' })
    .optional(),
  FABRIC_TRANSIT_URL: z
    .url({ protocol: /^https?$/ })
    .refine((url) => isSafe(new URL(url)), { error: 'must be https, save on this very machine' })
    .optional(),
  FABRIC_TRANSIT_MOUNT: PathPart.optional(),
  FABRIC_TRANSIT_KEY: PathPart.optional(),
  FABRIC_TRANSIT_NAMESPACE: z.string().min(1).max(200).optional(),
  /** This, or role and secret id of AppRole. */
  FABRIC_TRANSIT_TOKEN: z.string().min(1).optional(),
  FABRIC_TRANSIT_ROLE_ID: z.string().min(1).optional(),
  FABRIC_TRANSIT_SECRET_ID: z.string().min(1).optional(),
  FABRIC_TRANSIT_APPROLE_MOUNT: PathPart.optional(),
  /** Where people reach this API and the console. */
  FABRIC_PUBLIC_URL: z.url(),
  /** Multiplies how many requests a minute one person, one key and one address may make. */
  FABRIC_REQUEST_LIMITS: z.coerce.number().min(0.01).max(1_000).default(1),
  /** Addresses and CIDR blocks of proxies in front of the API, whose `X-Forwarded-For` is believed; nobody's when not set. No use at the edge. */
  FABRIC_TRUSTED_PROXIES: z
    .string()
    .refine((text) => parseBlocks(text) !== undefined, {
      error: 'must be addresses or CIDR blocks, apart by commas, and not all there are',
    })
    .optional(),
  /** `allow`: organizations may name webhooks and identity providers on private and loopback addresses, and webhooks without TLS, providers without it on loopback. */
  FABRIC_PRIVATE_NETWORKS: z.enum(['deny', 'allow']).default('deny'),
  /** The header in which the edge tells where a request comes from; `cf-ipcountry` when not set. Set it only where no client can. */
  FABRIC_REGION_HEADER: z.string().optional(),
  /** Where recordings lie: `file:///FOLDER`, or `s3://BUCKET` with the four below. Nothing is recorded without it. */
  FABRIC_OBJECTS: z.url({ protocol: /^(file|s3)$/ }).optional(),
  FABRIC_S3_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  FABRIC_S3_REGION: z.string().default('us-east-1'),
  FABRIC_S3_ACCESS_KEY: z.string().optional(),
  FABRIC_S3_SECRET_KEY: z.string().optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

const Env = Bindings.superRefine((env, context) => {
  const missing = (name: keyof z.infer<typeof Bindings>, why: string) =>
    context.addIssue({ code: 'custom', path: [name], message: why });
  if (env.FABRIC_KEY_SERVICE === 'local' && env.FABRIC_MASTER_KEY === undefined)
    missing('FABRIC_MASTER_KEY', 'is needed where the key service is local');
  if (env.FABRIC_KEY_SERVICE === 'transit' && env.FABRIC_TRANSIT_URL === undefined)
    missing('FABRIC_TRANSIT_URL', 'is needed where the key service is transit');
  const isRole = env.FABRIC_TRANSIT_ROLE_ID !== undefined && env.FABRIC_TRANSIT_SECRET_ID !== undefined;
  if (env.FABRIC_TRANSIT_URL !== undefined && isRole === (env.FABRIC_TRANSIT_TOKEN !== undefined))
    missing(
      'FABRIC_TRANSIT_TOKEN',
      'give either this, or both FABRIC_TRANSIT_ROLE_ID and FABRIC_TRANSIT_SECRET_ID',
    );
});
export type Env = z.infer<typeof Env>;

export const allowsPrivate = ({ FABRIC_PRIVATE_NETWORKS }: Env): boolean =>
  FABRIC_PRIVATE_NETWORKS === 'allow';

/** @throws Error that names each binding that is missing or wrong, never its value */
export function readEnv(bindings: unknown): Env {
  const parsed = Env.safeParse(bindings);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`the control API is not configured:\n  ${wrong.join('\n  ')}`);
}
