/** Where in the console the address says we are. */
export interface Place {
  readonly page:
    | 'resources'
    | 'resource'
    | 'security'
    | 'join'
    | 'single-sign-on'
    | 'organization'
    | 'platform';
  /** A resource's name, an invitation's token, or which page of the organization's or the platform's. */
  readonly name: string;
  /** The organization it is about, by name or id; the one that was chosen last where the address names none. */
  readonly org?: string;
  /** One of what that page lists. */
  readonly item?: string;
}

export const SECURITY_ADDRESS = '#/security';

export const organizationAddress = (org: string, page: string, item?: string): string =>
  `#/o/${org}/${page}${item === undefined ? '' : `/${item}`}`;
export const platformAddress = (page: string, item?: string): string =>
  `#/platform/${page}${item === undefined ? '' : `/${item}`}`;

/** `#/r/NAME` is a resource's own, lasting address; `#/o/ORG/PAGE/ITEM` and `#/platform/PAGE/ITEM` are those of administration. */
export function placeOf(hash: string): Place {
  if (hash === SECURITY_ADDRESS) return { page: 'security', name: '' };
  if (hash === '#/single-sign-on') return { page: 'single-sign-on', name: '' };
  const [, kind, name = ''] = /^#\/(r|join)\/([A-Za-z0-9_-]+)$/.exec(hash) ?? [];
  if (kind === 'r') return { page: 'resource', name };
  if (kind === 'join') return { page: 'join', name };
  return administrationOf(hash) ?? { page: 'resources', name: '' };
}

function administrationOf(hash: string): Place | undefined {
  const [, org, page, item] =
    /^#\/(?:o\/([a-z0-9-]+)|platform)\/([a-z-]+)(?:\/([A-Za-z0-9_-]+))?$/.exec(hash) ?? [];
  if (page === undefined) return undefined;
  const which = item === undefined ? {} : { item };
  return org === undefined
    ? { page: 'platform', name: page, ...which }
    : { page: 'organization', name: page, org, ...which };
}
