/** `fabric agent check`: reads the configuration as the agent would, and looks whether it could live with it. Starts nothing and asks nobody. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { type AgentConfig, ConfigError, KEYS, readConfig, SECRET_KEYS, variableOf } from '../config.ts';
import { type ConfigProblem, problemText, shown } from '../config-problems.ts';
import { pinProblem } from '../identity/token.ts';
import { hostTools } from '../roles/confinement.ts';
import { table } from './table.ts';

export interface CheckReport {
  readonly ok: boolean;
  readonly problems: readonly ConfigProblem[];
  /** Not wrong, but worth knowing. */
  readonly notes: readonly string[];
  /** By key; secrets as `***`. Empty when the configuration is not usable. */
  readonly config: Readonly<Record<string, unknown>>;
}

export function checkConfig(data: string, env: NodeJS.ProcessEnv): CheckReport {
  try {
    const config = readConfig(data, env);
    const problems = hostProblems(config);
    return { ok: problems.length === 0, problems, notes: notesOn(config), config: withoutSecrets(config) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { ok: false, problems: error.problems, notes: [], config: {} };
  }
}

export function checkText({ ok, problems, notes, config }: CheckReport): string {
  const rows = Object.entries(config).map(([key, value]) => [key, shown(value, false)]);
  return [
    ...(rows.length > 0 ? [table([['KEY', 'VALUE'], ...rows]), ''] : []),
    ...notes.map((note) => `note: ${note}`),
    ...problems.map((problem) => problemText(problem).trimStart()),
    ok ? 'the configuration is usable' : 'the configuration is not usable',
  ].join('\n');
}

function withoutSecrets(config: AgentConfig): Record<string, unknown> {
  const value = (key: (typeof KEYS)[number]) =>
    SECRET_KEYS.has(key) && config[key] !== undefined ? '***' : config[key];
  return { data: config.data, ...Object.fromEntries(KEYS.map((key) => [key, value(key)])) };
}

function hostProblems(config: AgentConfig): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const unreadable = (key: 'apiCa' | 'publicCertificate' | 'publicKey') => {
    const path = config[key];
    if (path === undefined || may(path, constants.R_OK)) return;
    problems.push({
      key,
      value: path,
      reason: 'the file can not be read',
      fix: `change ${key} or ${variableOf(key)}`,
    });
  };
  (['apiCa', 'publicCertificate', 'publicKey'] as const).forEach(unreadable);
  const { data, keyPinFile } = config;
  const pin = keyPinFile === undefined ? undefined : pinProblem(keyPinFile);
  if (keyPinFile !== undefined && pin !== undefined)
    problems.push({
      key: 'keyPinFile',
      value: keyPinFile,
      reason: pin,
      fix: `chmod 0600 ${keyPinFile}, owned by who runs the roles`,
    });
  if (!existsSync(data) || !may(data, constants.W_OK)) {
    const fix = `mkdir -p -m 0700 ${data}, owned by the user the agent runs as`;
    problems.push({ key: 'data', value: data, reason: 'the folder is not there or can not be written', fix });
  } else if ((statSync(data).mode & 0o022) !== 0) {
    problems.push({
      key: 'data',
      value: data,
      reason: 'others may write the folder',
      fix: `chmod 0700 ${data}`,
    });
  }
  for (const [program = ''] of config.executeAllow) {
    if (may(program, constants.X_OK)) continue;
    const fix = 'install it or take it out of executeAllow';
    problems.push({ key: 'executeAllow', value: program, reason: 'there is no such program', fix });
  }
  return problems;
}

function notesOn(config: AgentConfig): string[] {
  const tools = hostTools();
  return [
    ...(config.apiPins.length === 0 && config.api.startsWith('https:')
      ? ['apiPins is empty: any authority this system trusts can speak for the control API']
      : []),
    ...(tools.isRoot && config.roleUser === undefined
      ? ['roles run as root: set roleUser and roleGroup']
      : []),
    ...(tools.setpriv === undefined
      ? ['setpriv (util-linux) is not installed: roles could gain privileges']
      : []),
    ...(tools.cgroup === undefined
      ? ['no cgroup v2 group to write to: memory and cpu of roles are not limited']
      : []),
  ];
}

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
