/** What a change of a secret's terms means for its rotation. */
const DAY_MS = 86_400_000;

/** @param every as it was asked for; undefined: as it was. Counted from now on, so that a shorter schedule does not fall due in the past. */
export function nextRotation(
  before: { readonly rotateEveryDays: number | null },
  every: number | null | undefined,
  now: Date,
): { nextRotationAt?: Date | null; dueSince?: null } {
  if (every === undefined || every === before.rotateEveryDays) return {};
  if (every === null) return { nextRotationAt: null, dueSince: null };
  return { nextRotationAt: new Date(now.getTime() + every * DAY_MS) };
}
