/** The agent's configuration: `agent.json` in its data folder, overridden by FABRIC_AGENT_* variables; checked whole at start. */
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { Name } from '../schema/ids.ts';
import { type ConfigProblem, nearest, problemText, shown } from './config-problems.ts';
import { isLoopback } from './control/http.ts';

const Port = z.coerce.number().int().min(0).max(65535);
const Seconds = (most: number) => z.coerce.number().int().min(0).max(most);
const Count = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
const ANY = new Set(['0.0.0.0', '::']);
/** From the environment a list comes as text: `a,b,c`. */
const list = <T extends z.ZodType>(of: T) =>
  z.preprocess((value) => (typeof value === 'string' ? words(value) : value), z.array(of));
const words = (text: string) =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
const Flag = z.preprocess(
  (value) => (value === 'true' || value === '1' ? true : value === 'false' || value === '0' ? false : value),
  z.boolean(),
);
/** SHA-256 in base64: 32 bytes. */
const Pin = z
  .string()
  .regex(/^[A-Za-z0-9+/]{43}=$/, 'a pin is the SHA-256 of a public key in base64, 44 characters');
/** The beginning of an argument list that `/execute` may run: the program by its absolute path, then fixed arguments. */
const Allowed = z.tuple([z.string().startsWith('/', 'the program needs its absolute path')], z.string());
const ProcessName = z.string().regex(/^[\w.:@+-]{1,64}$/);

const SHAPE = {
  /** Base URL of the control API. */
  api: z.url(),
  /** SHA-256 pins of the control API's public key, the one in use and a backup. */
  apiPins: list(Pin).default([]),
  /** PEM file of authorities to trust for the control API instead of the system's. */
  apiCa: z.string().optional(),
  name: Name,
  /** Address and port its roles listen on; 0 takes a free port. */
  listenHost: z.union([z.ipv4(), z.ipv6()]).default('127.0.0.1'),
  listenPort: Port.default(0),
  /** Name or address under which others reach it; the listening address when left out. */
  publicHost: z.union([z.hostname(), z.ipv6()]).optional(),
  /** PEM files that browsers trust for `publicHost`: an entry shows them over TCP. Read again when they change. */
  publicCertificate: z.string().optional(),
  publicKey: z.string().optional(),
  /** Port of the loopback-only local API. */
  localPort: Port.default(0),
  /** Its Unix socket, mode 0600; `agent.sock` in the data folder when left out, `off` for none. */
  localSocket: z.string().max(100, 'a socket path has at most 100 characters').optional(),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  /** PKCS#11 URI (RFC 7512) of a P-256 key that stays in its token; a file in the data folder when left out. */
  keyUri: z.string().startsWith('pkcs11:', 'a PKCS#11 URI begins with pkcs11:').optional(),
  /** The token's PIN. */
  keyPinFile: z.string().startsWith('/', 'the absolute path of a file').optional(),
  /** Spent at enrolment and not needed afterwards. */
  bootstrapToken: z.string().optional(),

  /** `/execute` of the local API. */
  executeEnabled: Flag.default(false),
  executeAllow: z
    .preprocess((value) => (typeof value === 'string' ? json(value) : value), z.array(Allowed))
    .default([]),
  executeSeconds: Seconds(3600).min(1).default(30),
  executeConcurrency: Count(1, 64).default(2),

  monitorSeconds: Seconds(3600).min(1).default(15),
  /** Samples kept on disk. */
  monitorKeep: Count(10, 100_000).default(5_760),
  monitorServices: list(ProcessName).default([
    'dockerd',
    'sshd',
    'nginx',
    'postgres',
    'redis-server',
    'openvpn',
  ]),
  monitorProcesses: list(ProcessName).default([]),

  /** Numeric user and group the roles run as, where the agent is root. */
  roleUser: Count(1, 2 ** 31).optional(),
  roleGroup: Count(1, 2 ** 31).optional(),
  roleMemoryMiB: Count(64, 1_048_576).default(1_024),
  /** Of one processor. */
  roleCpuPercent: Count(1, 100_000).default(400),
  roleOpenFiles: Count(256, 1_048_576).default(65_536),
  /** How long a role that is stopped may finish what people are using. */
  drainSeconds: Seconds(600).default(5),

  auditFileBytes: Count(10_000, 1_000_000_000).default(4_000_000),
  auditFiles: Count(2, 100).default(8),
  /** After so long without an answer the control plane counts as away. */
  silentSeconds: Seconds(3600).min(5).default(60),
} as const;

const Config = z
  .strictObject(SHAPE)
  .refine(({ api }) => isSafeApi(api), {
    path: ['api'],
    message: 'plain HTTP is allowed to this machine only, use https',
  })
  .refine(({ apiPins }) => apiPins.length !== 1, {
    path: ['apiPins'],
    message: 'one pin alone locks the node out when the key is replaced: add a backup pin',
  })
  .refine(({ listenHost, publicHost }) => publicHost !== undefined || !ANY.has(listenHost), {
    path: ['publicHost'],
    message: 'listening on every address, the node must be told under which one others reach it',
  })
  .refine(
    ({ publicCertificate, publicKey }) => (publicCertificate === undefined) === (publicKey === undefined),
    { path: ['publicKey'], message: 'certificate and key come together' },
  )
  .refine(({ roleUser, roleGroup }) => (roleUser === undefined) === (roleGroup === undefined), {
    path: ['roleGroup'],
    message: 'user and group come together',
  })
  .refine(({ keyUri }) => !keyUri?.includes('pin-value'), {
    path: ['keyUri'],
    message: 'a PIN has no place here: name a file by keyPinFile',
  })
  .refine(({ keyUri, keyPinFile }) => keyPinFile === undefined || keyUri !== undefined, {
    path: ['keyUri'],
    message: 'a PIN without a key: name the key by keyUri',
  })
  .refine(({ executeEnabled, executeAllow }) => !executeEnabled || executeAllow.length > 0, {
    path: ['executeAllow'],
    message:
      'executeEnabled without anything allowed: list what may run, as [["/usr/bin/systemctl", "status"]]',
  });

export type AgentSettings = z.infer<typeof Config>;
export type AgentConfig = AgentSettings & { readonly data: string };
type Key = keyof typeof SHAPE;

export const KEYS = Object.keys(SHAPE) as Key[];
export const SECRET_KEYS: ReadonlySet<string> = new Set<Key>(['bootstrapToken', 'keyUri']);

/** `listenHost` is FABRIC_AGENT_LISTEN_HOST. */
export const variableOf = (key: string): string =>
  `FABRIC_AGENT_${key
    .replace(/MiB$/, 'Mib')
    .replaceAll(/[A-Z]/g, (letter) => `_${letter}`)
    .toUpperCase()}`;

/** Names each wrong key, where it comes from, what it is and what it must be; never a secret's value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];
  constructor(problems: readonly ConfigProblem[]) {
    super(`the agent's configuration is not usable:\n${problems.map(problemText).join('\n')}`);
    this.problems = problems;
  }
}

/** @throws ConfigError with everything that is wrong, not only the first */
export function readConfig(data: string, env: NodeJS.ProcessEnv): AgentConfig {
  const path = join(data, 'agent.json');
  const values: Record<string, unknown> = { ...readFile(path) };
  const problems: ConfigProblem[] = Object.keys(values)
    .filter((key) => !isKey(key))
    .map((key) => unknownKey(key, path, KEYS));
  for (const key of Object.keys(values)) if (!isKey(key)) delete values[key];
  const from: Record<string, string> = {};
  const variables = new Map(KEYS.map((key) => [variableOf(key), key]));
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith('FABRIC_AGENT_') || value === undefined) continue;
    const key = variables.get(variable);
    if (key === undefined) {
      problems.push(unknownKey(variable, 'the environment', [...variables.keys()]));
      continue;
    }
    values[key] = value;
    from[key] = variable;
  }
  const parsed = Config.safeParse(values);
  if (parsed.success && problems.length === 0) return { ...parsed.data, data: resolve(data) };
  for (const issue of parsed.error?.issues ?? []) {
    const key = String(issue.path[0] ?? issue.code);
    problems.push({
      key,
      value: shown(values[key], SECRET_KEYS.has(key)),
      reason: issue.message,
      fix: from[key] ? `change ${from[key]}` : `set ${key} in ${path}, or ${variableOf(key)}`,
    });
  }
  throw new ConfigError(problems);
}

const isKey = (key: string): key is Key => Object.hasOwn(SHAPE, key);

function unknownKey(key: string, where: string, known: readonly string[]): ConfigProblem {
  const meant = nearest(key, known);
  return {
    key,
    // What was meant as a secret may stand under a wrong name.
    value: '***',
    reason: `there is no such key (in ${where})`,
    fix: meant ? `did you mean ${meant}?` : 'remove it; docs/agent.md lists all keys',
  };
}

function isSafeApi(api: string): boolean {
  if (!URL.canParse(api)) return true;
  const { protocol, hostname } = new URL(api);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function readFile(path: string): object {
  const wrong = (reason: string, fix: string) => new ConfigError([{ key: path, value: '', reason, fix }]);
  let text: string;
  try {
    if ((statSync(path).mode & 0o022) !== 0)
      throw wrong('others may write this file, and so decide what the agent does', `chmod go-w ${path}`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw wrong(error instanceof Error ? error.message : String(error), 'make it readable for the agent');
  }
  const parsed = z.looseObject({}).safeParse(json(text));
  if (!parsed.success) throw wrong('it is not a JSON object', 'check its commas, quotes and braces');
  return parsed.data;
}
