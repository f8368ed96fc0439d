/** Which page of administration the address means. */
import type { ComponentType } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Access } from '../access.ts';
import { type Api, clientOf } from '../api.ts';
import type { Place } from '../place.ts';
import type { May } from '../powers.ts';
import { GrantsPage } from './access/grants.tsx';
import { InventoryPage } from './access/inventory.tsx';
import { SecretsPage } from './access/secrets.tsx';
import { ServiceAccountsPage } from './access/service-accounts.tsx';
import { entryOf, type PageId } from './areas.ts';
import { SettingsPage } from './organization/settings.tsx';
import { SignInPolicyPage } from './organization/sign-in-policy.tsx';
import { SingleSignOnPage } from './organization/single-sign-on.tsx';
import { SupportAccessPage } from './organization/support-access.tsx';
import { DevicesPage } from './people/devices.tsx';
import { GroupsPage } from './people/groups.tsx';
import { InvitationsPage } from './people/invitations.tsx';
import { MembersPage } from './people/members.tsx';
import { RolesPage } from './people/roles.tsx';
import { AdministratorsPage } from './platform/administrators.tsx';
import { ClustersPage } from './platform/clusters.tsx';
import { HealthPage } from './platform/health.tsx';
import { OrganizationsPage } from './platform/organizations.tsx';
import type { OrganizationPage, PlatformPage } from './props.ts';
import { AuditPage, PlatformAuditPage } from './watch/audit.tsx';
import { KeyUsesPage } from './watch/key-uses.tsx';
import { SessionsPage } from './watch/sessions.tsx';
import { WebhooksPage } from './watch/webhooks.tsx';

type Pages =
  | { readonly of: 'organization'; readonly Page: ComponentType<OrganizationPage> }
  | { readonly of: 'platform'; readonly Page: ComponentType<PlatformPage> };
const organization = (Page: ComponentType<OrganizationPage>): Pages => ({ of: 'organization', Page });
const platform = (Page: ComponentType<PlatformPage>): Pages => ({ of: 'platform', Page });

const PAGES: Readonly<Record<PageId, Pages>> = {
  members: organization(MembersPage),
  invitations: organization(InvitationsPage),
  groups: organization(GroupsPage),
  roles: organization(RolesPage),
  devices: organization(DevicesPage),
  grants: organization(GrantsPage),
  inventory: organization(InventoryPage),
  secrets: organization(SecretsPage),
  'service-accounts': organization(ServiceAccountsPage),
  sessions: organization(SessionsPage),
  audit: organization(AuditPage),
  'key-uses': organization(KeyUsesPage),
  webhooks: organization(WebhooksPage),
  settings: organization(SettingsPage),
  'sign-in-policy': organization(SignInPolicyPage),
  'single-sign-on': organization(SingleSignOnPage),
  'support-access': organization(SupportAccessPage),
  organizations: platform(OrganizationsPage),
  administrators: platform(AdministratorsPage),
  clusters: platform(ClustersPage),
  health: platform(HealthPage),
  'platform-audit': platform(PlatformAuditPage),
};

interface Props {
  readonly access: Access;
  readonly place: Place;
  readonly may: May;
  readonly api: Api | undefined;
  readonly orgName: string;
}

const isPage = (id: string): id is PageId => id in PAGES;

export function PageOf({ access, place, may, api, orgName }: Props) {
  const client = useMemo(() => clientOf(access), [access]);
  const { page, name, item } = place;
  const entry = page === 'platform' || page === 'organization' ? entryOf(page, name) : undefined;
  if (!entry || !isPage(name)) return <Notice title="There is no such page" text="Is the address right?" />;
  if (!entry.may.some(may))
    return <Notice title={entry.title} text={`This page needs ${entry.may.join(' or ')}.`} />;
  const found = PAGES[name];
  const common = { key: `${name} ${item}`, access, client, may, ...(item === undefined ? {} : { item }) };
  if (found.of === 'platform') return <found.Page {...common} />;
  return api ? <found.Page {...common} api={api} orgName={orgName} /> : null;
}

function Notice({ title, text }: { title: string; text: string }) {
  return (
    <main class="card">
      <h1>{title}</h1>
      <p>{text}</p>
      <a href="#/">Back to the resources</a>
    </main>
  );
}
