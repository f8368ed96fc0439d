/** Which organization is in view: the address says, or what was chosen last, or the first there is. */
import type { Me } from '../../schema/api/auth.ts';
import { OrgId } from '../../schema/ids.ts';

const KEPT = 'fabric-organization';

export interface Chosen {
  readonly id: OrgId;
  /** In addresses: its name, or its id for who does not belong to it. */
  readonly name: string;
}

/** Whom access was lent to, and the platform's owner, belong to none of these: their address has the id. */
export function chooseOrganization(
  organizations: Me['organizations'],
  asked: string | undefined,
  last: string | null,
): Chosen | undefined {
  if (asked !== undefined) {
    const own = organizations.find(({ id, name }) => name === asked || id === asked);
    if (own) return own;
    const id = OrgId.safeParse(asked);
    return id.success ? { id: id.data, name: asked } : undefined;
  }
  return organizations.find(({ name }) => name === last) ?? organizations[0];
}

export const lastChosen = (): string | null => localStorage.getItem(KEPT);
export const remember = (name: string): void => localStorage.setItem(KEPT, name);
