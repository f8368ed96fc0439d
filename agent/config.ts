/** The agent's configuration: `agent.json` in its data folder, overridden by FABRIC_AGENT_* variables; checked whole at start. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Name } from '../schema/ids.ts';

const Port = z.coerce.number().int().min(0).max(65535);
const ANY = new Set(['0.0.0.0', '::']);
const Config = z
  .strictObject({
    /** Base URL of the control API. */
    api: z.url(),
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
    logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
    /** Spent at enrolment and not needed afterwards. */
    bootstrapToken: z.string().optional(),
  })
  .refine(({ listenHost, publicHost }) => publicHost !== undefined || !ANY.has(listenHost), {
    path: ['publicHost'],
    message: 'listening on every address, the node must be told under which one others reach it',
  })
  .refine(
    ({ publicCertificate, publicKey }) => (publicCertificate === undefined) === (publicKey === undefined),
    {
      path: ['publicKey'],
      message: 'certificate and key come together',
    },
  );
export type AgentConfig = z.infer<typeof Config> & { readonly data: string };

const VARIABLES = {
  api: 'FABRIC_AGENT_API',
  name: 'FABRIC_AGENT_NAME',
  listenHost: 'FABRIC_AGENT_LISTEN_HOST',
  listenPort: 'FABRIC_AGENT_LISTEN_PORT',
  publicHost: 'FABRIC_AGENT_PUBLIC_HOST',
  publicCertificate: 'FABRIC_AGENT_PUBLIC_CERTIFICATE',
  publicKey: 'FABRIC_AGENT_PUBLIC_KEY',
  localPort: 'FABRIC_AGENT_LOCAL_PORT',
  logLevel: 'FABRIC_AGENT_LOG_LEVEL',
  bootstrapToken: 'FABRIC_AGENT_BOOTSTRAP_TOKEN',
} as const satisfies Record<keyof z.infer<typeof Config>, string>;

/** Names each wrong key, where it comes from, and what it must be; never a secret's value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** @throws ConfigError */
export function readConfig(data: string, env: NodeJS.ProcessEnv): AgentConfig {
  const values: Record<string, unknown> = { ...readFile(join(data, 'agent.json')) };
  for (const [key, variable] of Object.entries(VARIABLES))
    if (env[variable] !== undefined) values[key] = env[variable];
  const parsed = Config.safeParse(values);
  if (parsed.success) return { ...parsed.data, data };
  const lines = parsed.error.issues.map((issue) => {
    const key = String(issue.path[0] ?? issue.code);
    const variable = key in VARIABLES ? VARIABLES[key as keyof typeof VARIABLES] : undefined;
    return `  ${key}: ${issue.message}${variable ? ` (set it in agent.json or as ${variable})` : ''}`;
  });
  throw new ConfigError(`the agent's configuration is not usable:\n${lines.join('\n')}`);
}

function readFile(path: string): object {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return {};
  }
  try {
    return z.looseObject({}).parse(JSON.parse(text));
  } catch {
    throw new ConfigError(`${path} is not a JSON object`);
  }
}
