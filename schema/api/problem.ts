/** An API error (RFC 9457): `code` is stable, `detail` says what to do next, `requestId` finds the log line. */
import { z } from 'zod';
import { Refusal, RefusalCode } from '../refusal.ts';

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

/** What an API answered: its JSON, or undefined for 204 alone. @throws Refusal as the problem says, or `unavailable` when the answer is none of ours */
export async function answerOf(response: Response): Promise<unknown> {
  return answerFrom(response.status, await response.text().catch(() => ''));
}

/** The same, of an answer that was read already. @throws Refusal */
export function answerFrom(status: number, text: string): unknown {
  if (status === 204) return undefined;
  const answer = parsed(text);
  if (status >= 200 && status < 300 && answer !== undefined) return answer;
  const problem = Problem.safeParse(answer);
  if (problem.success) throw new Refusal(problem.data.code, problem.data.detail);
  throw new Refusal('unavailable', `the control API answered HTTP ${status}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
