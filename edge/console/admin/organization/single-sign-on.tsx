/** Identity providers, as a page of administration. */
import { useMemo } from 'preact/hooks';
import { SsoAdminPage } from '../../pages/sso-admin.tsx';
import { Providers } from '../../sso.ts';
import type { OrganizationPage } from '../props.ts';

export function SingleSignOnPage({ access, api }: OrganizationPage) {
  const providers = useMemo(() => new Providers(access, api.org), [access, api]);
  return <SsoAdminPage providers={providers} />;
}
