/** Whose console this is: the organization's name, colour and picture, or the platform's until they are known. */
import { useEffect, useState } from 'preact/hooks';
import type { OrganizationDetail } from '../../schema/api/organizations.ts';
import type { Api } from './api.ts';

/** Told to the window by who changed them. */
export const LOOKS_CHANGED = 'fabric-looks';

export function Brand({ api }: { api: Api | undefined }) {
  const [organization, setOrganization] = useState<OrganizationDetail | undefined>();
  useEffect(() => {
    // Without it the page works as well: looks are not worth an error.
    const read = () => void api?.organization().then(setOrganization, () => setOrganization(undefined));
    read();
    addEventListener(LOOKS_CHANGED, read);
    return () => removeEventListener(LOOKS_CHANGED, read);
  }, [api]);
  useEffect(() => {
    document.documentElement.lang = organization?.locale ?? 'en';
  }, [organization]);
  const { displayName, colour, logo } = organization?.branding ?? {};
  return (
    <a class="brand" href="#/" data-testid="brand">
      {logo === undefined ? (
        <span class="mark" aria-hidden="true" style={colour === undefined ? {} : { '--accent': colour }} />
      ) : (
        <img class="logo" alt="" src={logo} />
      )}
      {displayName ?? organization?.name ?? 'Secure Access Fabric'}
    </a>
  );
}
