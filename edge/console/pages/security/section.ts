/** What each part of the page is given. */
import type { Me } from '../../../../schema/api/auth.ts';
import type { SecurityView } from '../../../../schema/api/security.ts';
import type { Access } from '../../access.ts';

export interface SectionProps {
  readonly access: Access;
  readonly me: Me;
  readonly view: SecurityView;
  /** Does it, then shows the page as it is after that; or says what went wrong. */
  readonly change: (work: () => Promise<unknown>) => void;
}
