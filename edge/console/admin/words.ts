/** How things are said to people: times, roles, what a permission is about. */
import type { Option } from './fields.tsx';

export const whenOf = (iso: string | null): string =>
  iso === null ? 'never' : new Date(iso).toLocaleString();
export const orderOf = (iso: string | null): number => (iso === null ? 0 : Date.parse(iso));

const ROLES: Readonly<Record<string, string>> = {
  organization_owner: 'Owner',
  organization_admin: 'Administrator',
  organization_operator: 'Operator',
  organization_auditor: 'Auditor',
  organization_user: 'User',
  platform_owner: 'Platform owner',
  platform_admin: 'Platform administrator',
  platform_recovery: 'Partition recovery',
};
/** A built-in role in plain words; an organization's own by its name. */
export const roleText = (role: string | null): string => (role === null ? '' : (ROLES[role] ?? role));

export const roleOptions = (roles: readonly string[]): Option[] =>
  roles.map((role) => ({ value: role, label: roleText(role) }));

const UNITS = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
] as const;

export function durationText(seconds: number): string {
  const [size, unit] = UNITS.find(([size]) => seconds >= size) ?? [1, 'second'];
  const count = Math.round(seconds / size);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

export const durations = (...seconds: number[]): Option[] =>
  seconds.map((each) => ({ value: String(each), label: durationText(each) }));

export const DAY_S = 86_400;
export const HOUR_S = 3_600;
