/** Where the parts of a recording lie in the object store. */
import type { ObjectStore } from '../storage/object-store.ts';

const DIGITS = 6;

export const partName = (org: string, recording: string, index: number): string =>
  `recordings/${org}/${recording}/${String(index).padStart(DIGITS, '0')}`;

/** One more than the row counts: it may have come and not been written down. */
export async function removeParts(
  objects: ObjectStore,
  { orgId, id, parts }: { orgId: string; id: string; parts: number },
): Promise<void> {
  for (let index = 0; index <= parts; index += 1) await objects.remove(partName(orgId, id, index));
}
