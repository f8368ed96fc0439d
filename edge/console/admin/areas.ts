/** The pages of administration, by area, and who is shown them. A new page is a line here and one in `page-of.tsx`. */
import type { Permission } from '../../../schema/permissions.ts';
import type { May } from '../powers.ts';

export interface PageEntry {
  readonly id: string;
  readonly title: string;
  /** Whoever holds one of these is shown it. */
  readonly may: readonly Permission[];
}
export interface Area {
  readonly title: string;
  readonly of: 'organization' | 'platform';
  readonly pages: readonly PageEntry[];
}

export const AREAS = [
  {
    title: 'People',
    of: 'organization',
    pages: [
      { id: 'members', title: 'Members', may: ['members.read'] },
      { id: 'invitations', title: 'Invitations', may: ['members.read'] },
      { id: 'groups', title: 'Groups', may: ['members.read'] },
      { id: 'roles', title: 'Roles', may: ['roles.read'] },
      { id: 'devices', title: 'Devices', may: ['members.manage'] },
    ],
  },
  {
    title: 'Access',
    of: 'organization',
    pages: [
      { id: 'grants', title: 'Grants', may: ['grants.read'] },
      { id: 'inventory', title: 'Inventory', may: ['resources.manage'] },
      { id: 'secrets', title: 'Secrets', may: ['secrets.manage'] },
      { id: 'service-accounts', title: 'Service accounts', may: ['api-keys.manage'] },
    ],
  },
  {
    title: 'Watch',
    of: 'organization',
    pages: [
      { id: 'sessions', title: 'Sessions', may: ['sessions.read'] },
      { id: 'audit', title: 'Audit', may: ['audit.read'] },
      { id: 'key-uses', title: 'Key uses', may: ['audit.read'] },
      { id: 'webhooks', title: 'Webhooks', may: ['webhooks.manage'] },
    ],
  },
  {
    title: 'Organization',
    of: 'organization',
    pages: [
      { id: 'settings', title: 'Settings', may: ['organization.manage', 'audit.read'] },
      { id: 'sign-in-policy', title: 'Sign-in policy', may: ['security.manage', 'audit.read'] },
      { id: 'single-sign-on', title: 'Single sign-on', may: ['security.manage'] },
      { id: 'support-access', title: 'Support access', may: ['security.manage'] },
    ],
  },
  {
    title: 'Platform',
    of: 'platform',
    pages: [
      { id: 'organizations', title: 'Organizations', may: ['organizations.read'] },
      { id: 'administrators', title: 'Administrators', may: ['administrators.manage'] },
      { id: 'clusters', title: 'Clusters and nodes', may: ['clusters.read'] },
      { id: 'health', title: 'Health and jobs', may: ['platform-audit.read'] },
      { id: 'platform-audit', title: 'Platform audit', may: ['platform-audit.read'] },
    ],
  },
] as const satisfies readonly Area[];

export type PageId = (typeof AREAS)[number]['pages'][number]['id'];

/** What someone is shown; areas without a page for them are left out. */
export function areasFor(may: May): readonly Area[] {
  const all: readonly Area[] = AREAS;
  return all
    .map((area) => ({ ...area, pages: area.pages.filter((page) => page.may.some(may)) }))
    .filter(({ pages }) => pages.length > 0);
}

export function entryOf(of: Area['of'], id: string): PageEntry | undefined {
  const all: readonly Area[] = AREAS;
  return all
    .filter((area) => area.of === of)
    .flatMap(({ pages }) => pages)
    .find((page) => page.id === id);
}
