/** Whether somebody may come into a session as what their token says, given who is there. Pure. */
import type { AttachmentId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { AttachmentRole, Audience, SessionPolicy } from '../../schema/session-policy.ts';

export interface Seat {
  readonly attachment: AttachmentId;
  /** A person's or a service account's id. */
  readonly who: string;
  readonly role: AttachmentRole;
  /** Its path is lost. */
  readonly away: boolean;
}

export interface Terms {
  readonly policy: Pick<SessionPolicy, 'takeover' | 'observe' | 'share'>;
  /** Whose session it is; undefined: nobody said, and only the first one's kind comes in. */
  readonly holder: string | undefined;
  /** Its channels are one thing that one person has at a time (a shell, a screen), and not connections apart from each other. */
  readonly hasControl: boolean;
}

export type Admission =
  | { readonly kind: 'enter'; readonly deposes: AttachmentId | undefined }
  | { readonly kind: 'ask'; readonly whom: AttachmentId };

/** Attachments of one session; more are refused. */
export const MAX_SEATS = 32;

/** @throws Refusal `takeover_refused`, `watching_refused`, `overloaded` */
export function admission(terms: Terms, seats: readonly Seat[], comer: Omit<Seat, 'away'>): Admission {
  if (seats.length >= MAX_SEATS) throw new Refusal('overloaded', 'too many are attached to this session');
  if (comer.role !== 'controller') {
    const audience = comer.role === 'observer' ? terms.policy.observe : terms.policy.share;
    if (!isAmong(audience, terms.holder, comer.who)) throw new Refusal('watching_refused');
    return { kind: 'enter', deposes: undefined };
  }
  const present = terms.hasControl ? seats.find(({ role }) => role === 'controller') : undefined;
  if (!present || present.away || terms.policy.takeover === 'allowed')
    return { kind: 'enter', deposes: present?.attachment };
  if (terms.policy.takeover === 'never') throw new Refusal('takeover_refused');
  return { kind: 'ask', whom: present.attachment };
}

function isAmong(audience: Audience, holder: string | undefined, who: string): boolean {
  // That the control plane made a token for somebody else says that they are permitted.
  return audience === 'permitted' || (audience === 'own' && who === holder);
}
