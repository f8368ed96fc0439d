/** A grant in words: pure. */
import { roleText, whenOf } from '../words.ts';

type NameOf = (id: string) => string;
const itself: NameOf = (id) => id;

export type To =
  | { type: 'user'; user: string }
  | { type: 'role'; role: string }
  | { type: 'group'; group: string }
  | { type: 'service_account'; serviceAccount: string };
export type On = { resource: string } | { matchLabels: Readonly<Record<string, string>> };
interface Times {
  readonly days: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
}

export function granteeText(to: To, nameOf: NameOf = itself): string {
  switch (to.type) {
    case 'user':
      return nameOf(to.user);
    case 'role':
      return `everyone with the role ${roleText(to.role)}`;
    case 'group':
      return `group ${nameOf(to.group)}`;
    case 'service_account':
      return `service account ${nameOf(to.serviceAccount)}`;
  }
}

export function scopeText(on: On, nameOf: NameOf = itself): string {
  return 'resource' in on ? nameOf(on.resource) : `everything labelled ${labelsText(on.matchLabels)}`;
}

export const labelsText = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');

/** @throws Error that names what is no label */
export function labelsOf(text: string): Record<string, string> {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      if (at < 1 || at === word.length - 1) throw new Error(`write labels as env=production: ${word}`);
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}

export function channelsText(channels: Readonly<Record<string, unknown>> | null): string {
  return channels === null ? 'all' : Object.keys(channels).join(', ') || 'none';
}

export function timesText(window: Times | null, expiresAt: string | null): string {
  const parts = [
    ...(window ? [`${window.days.join(' ')} ${window.from}–${window.to} ${window.timeZone}`] : []),
    ...(expiresAt === null ? [] : [`until ${whenOf(expiresAt)}`]),
  ];
  return parts.join(', ') || 'always';
}
