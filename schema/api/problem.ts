/** An API error (RFC 9457): `code` is stable, `detail` says what to do next, `requestId` finds the log line. */
import { z } from 'zod';
import { RefusalCode } from '../refusal.ts';

export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: RefusalCode,
  requestId: z.string(),
  /** Fields that were wrong, for `bad_request`. */
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof Problem>;
