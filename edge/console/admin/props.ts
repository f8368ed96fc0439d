/** What every page of administration is given. */
import type { ApiClient } from '../../../schema/api/client.ts';
import type { Access } from '../access.ts';
import type { Api } from '../api.ts';
import type { May } from '../powers.ts';

export interface PlatformPage {
  readonly client: ApiClient;
  readonly access: Access;
  readonly may: May;
  /** One of what the page lists, as the address says. */
  readonly item?: string;
}

export interface OrganizationPage extends PlatformPage {
  readonly api: Api;
  /** What the organization is called in addresses. */
  readonly orgName: string;
}
