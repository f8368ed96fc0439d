/** What a change of a resource may be. */

import type { z } from 'zod';
import type { ChangeResource, ManagedResource } from '../../../schema/api/resources.ts';
import { Refusal } from '../../../schema/refusal.ts';

/** Without what was left out. */
export function changedColumns({ credential: _, ...columns }: ChangeResource) {
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}

/**
 * Whether sessions that live go to something else than this resource will be.
 * @throws Refusal `bad_request` for another protocol, or for another machine with the credential of the one before: whoever may move a
 * target would have it shown to a machine of their own
 */
export function movesTarget(before: z.infer<typeof ManagedResource>, wanted: ChangeResource): boolean {
  const { target, credential, egressPool } = wanted;
  const isOther = target !== undefined && JSON.stringify(target) !== JSON.stringify(before.target);
  if (target && target.protocol !== before.protocol)
    throw new Refusal('bad_request', 'the protocol of a resource does not change: make another resource');
  if (isOther && before.hasCredential && credential === undefined)
    throw new Refusal('bad_request', 'give the credential again with a new target, or null for none');
  return (
    isOther || credential !== undefined || (egressPool !== undefined && egressPool !== before.egressPool)
  );
}
