/** `fabric agent install` and `uninstall`: one file for the init system, and what to type next. Nothing is started from here. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Refusal } from '../../schema/refusal.ts';
import { openRcScript, type Service, systemdUnit } from '../install/service.ts';
import { agentProgram } from '../program.ts';

const UNITS = 'etc/systemd/system';
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,60}$/;

export interface InstallOptions {
  readonly name: string;
  readonly data: string;
  readonly user?: string;
  readonly root: string;
}

interface Done {
  readonly unit: string;
  /** To be typed by the one who installs. */
  readonly next: string;
}

function serviceOf({ name, data, user }: InstallOptions): Service {
  for (const each of [name, user ?? 'x'])
    if (!NAME.test(each)) throw new Refusal('bad_request', `${each} is not a name: letters, digits, . _ -`);
  const paths = { node: process.execPath, main: agentProgram(), data: resolve(data) };
  for (const path of Object.values(paths))
    if (/[\n\r\0]/.test(path)) throw new Refusal('bad_request', 'a path holds no line break');
  return { name, user, ...paths };
}

export function previewOf(options: InstallOptions): string {
  const service = serviceOf(options);
  return `# /${UNITS}/${service.name}.service\n${systemdUnit(service)}\n# /etc/init.d/${service.name}\n${openRcScript(service)}`;
}

export function install(options: InstallOptions): Done {
  const service = serviceOf(options);
  const unit = unitPath(options);
  mkdirSync(join(options.root, service.data), { recursive: true, mode: 0o700 });
  mkdirSync(join(options.root, UNITS), { recursive: true });
  writeFileSync(unit, systemdUnit(service), { mode: 0o644 });
  return { unit, next: `systemctl daemon-reload && systemctl enable --now ${service.name}` };
}

/** @returns undefined when there is none */
export function uninstall(options: Pick<InstallOptions, 'name' | 'data' | 'root'>): Done | undefined {
  const unit = unitPath({ ...options, name: serviceOf(options).name });
  if (!existsSync(unit)) return undefined;
  rmSync(unit);
  return { unit, next: `systemctl disable --now ${options.name} && systemctl daemon-reload` };
}

const unitPath = ({ root, name }: Pick<InstallOptions, 'root' | 'name'>) =>
  join(root, UNITS, `${name}.service`);
