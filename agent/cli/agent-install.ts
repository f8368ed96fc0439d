/** `fabric agent install` and `uninstall`: one file for the init system, and what to type next. Nothing is started from here. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { Refusal } from '../../schema/refusal.ts';
import { openRcScript, type Service, systemdUnit } from '../install/service.ts';
import { agentProgram } from '../program.ts';

const UNITS = 'etc/systemd/system';
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,60}$/;
export const DEFAULT_NAME = 'fabric-agent';
const TEMPLATE = `${DEFAULT_NAME}@`;
export const DEFAULT_DATA = '/var/lib/fabric-agent';
/** Where the memberships' folders are, side by side. */
const memberData = (name: string) => `/var/lib/fabric-agents/${name}`;

export interface InstallOptions {
  /** Another than `fabric-agent` is a membership of its own beside others on this host. */
  readonly name: string;
  /** Of a membership, given: it has a unit of its own; left out: the template's. */
  readonly data: string | undefined;
  readonly user?: string;
  readonly root: string;
}

interface Done {
  readonly unit: string;
  /** To be typed by the one who installs. */
  readonly next: string;
}

/** What is written, and what it is for systemd. */
interface Plan {
  readonly service: Service;
  /** `fabric-agent@office`, to be started. */
  readonly unit: string;
  /** `fabric-agent@.service`, to be written. */
  readonly file: string;
  /** Of this membership. */
  readonly data: string;
}

function planOf({ name, data, user }: Omit<InstallOptions, 'root'>): Plan {
  for (const each of [name, user ?? 'x'])
    if (!NAME.test(each)) throw new Refusal('bad_request', `${each} is not a name: letters, digits, . _ -`);
  const isMember = name !== DEFAULT_NAME;
  const isTemplate = isMember && data === undefined;
  const own = resolve(data ?? (isMember ? memberData(name) : DEFAULT_DATA));
  const unit = isMember ? `${TEMPLATE}${name}` : name;
  const paths = { node: process.execPath, main: agentProgram(), data: isTemplate ? memberData('%i') : own };
  for (const path of Object.values(paths))
    if (/[\n\r\0]/.test(path)) throw new Refusal('bad_request', 'a path holds no line break');
  const file = `${isTemplate ? TEMPLATE : unit}.service`;
  return { service: { name: unit, user, isTemplate, ...paths }, unit, file, data: own };
}

export function previewOf(options: InstallOptions): string {
  const { service, file, data, unit } = planOf(options);
  const openRc = openRcScript({ ...service, name: unit, data });
  return `# /${UNITS}/${file}\n${systemdUnit(service)}\n# /etc/init.d/${unit}\n${openRc}`;
}

/** @throws Refusal `conflict` when another membership of this host has that folder, or one within or around it */
export function install(options: InstallOptions): Done {
  const { service, unit, file, data } = planOf(options);
  const folder = join(options.root, UNITS);
  mkdirSync(folder, { recursive: true });
  const other = installed(options.root).find((each) => each.unit !== unit && overlap(each.data, data));
  if (other)
    throw new Refusal('conflict', `${other.unit} keeps its state in ${other.data}: give --data another`);
  mkdirSync(join(options.root, data), { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, file), systemdUnit(service), { mode: 0o644 });
  return { unit: join(folder, file), next: `systemctl daemon-reload && systemctl enable --now ${unit}` };
}

/** The template stays while another membership has its folder where the template looks for it. @returns undefined when there is none */
export function uninstall(options: Pick<InstallOptions, 'name' | 'root'>): Done | undefined {
  const folder = join(options.root, UNITS);
  const isOurs = (file: string) => existsSync(join(folder, file));
  const own = planOf({ name: options.name, data: '/' });
  const template = planOf({ name: options.name, data: undefined });
  const plan = [own, template].find(({ file }) => isOurs(file));
  if (!plan) return undefined;
  const path = join(folder, plan.file);
  const isShared = plan.service.isTemplate && members(options.root).some((name) => name !== options.name);
  if (!isShared) rmSync(path);
  return { unit: path, next: `systemctl disable --now ${plan.unit} && systemctl daemon-reload` };
}

/** Every membership of this host, by its unit, with its folder. */
function installed(root: string): { unit: string; data: string }[] {
  const folder = join(root, UNITS);
  const found: { unit: string; data: string }[] = [];
  for (const file of readdirSync(folder)) {
    const unit = /^(.+)\.service$/.exec(file)?.[1];
    if (unit === undefined || !(unit === DEFAULT_NAME || unit.startsWith(TEMPLATE))) continue;
    if (unit === TEMPLATE) {
      found.push(...members(root).map((name) => ({ unit: `${TEMPLATE}${name}`, data: memberData(name) })));
      continue;
    }
    const data = /^ReadWritePaths=(.*)$/m.exec(readFileSync(join(folder, file), 'utf8'))?.[1];
    if (data !== undefined) found.push({ unit, data: data.replaceAll('\\x20', ' ').replaceAll('%%', '%') });
  }
  return found;
}

function members(root: string): string[] {
  const folder = join(root, memberData(''));
  return existsSync(folder) ? readdirSync(folder) : [];
}

function overlap(one: string, other: string): boolean {
  const isWithin = (inner: string, outer: string) => !relative(outer, inner).startsWith('..');
  return isWithin(one, other) || isWithin(other, one);
}
