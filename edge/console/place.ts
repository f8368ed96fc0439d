/** Where in the console the address says we are. */
export interface Place {
  readonly page: 'resources' | 'resource' | 'security' | 'join' | 'single-sign-on';
  /** A resource's name, or an invitation's token. */
  readonly name: string;
}

export const SECURITY_ADDRESS = '#/security';
export const SSO_ADDRESS = '#/single-sign-on';

/** `#/r/NAME` is a resource's own, lasting address. */
export function placeOf(hash: string): Place {
  if (hash === SECURITY_ADDRESS) return { page: 'security', name: '' };
  if (hash === SSO_ADDRESS) return { page: 'single-sign-on', name: '' };
  const [, kind, name = ''] = /^#\/(r|join)\/([A-Za-z0-9_-]+)$/.exec(hash) ?? [];
  if (kind === 'r') return { page: 'resource', name };
  if (kind === 'join') return { page: 'join', name };
  return { page: 'resources', name: '' };
}
