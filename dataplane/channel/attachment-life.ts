/** How long an attachment whose path died is kept at its two ends, with all that its channels hold, milliseconds. */
export const RESUME_MS = 60_000;
