/** Which refusals a route can give, by who may call it and by what it takes. */
import type { Problem } from '../../schema/api/problem.ts';
import { Refusal, type RefusalCode } from '../../schema/refusal.ts';
import type { Access } from '../access.ts';
import { describeRefusal } from '../middleware/problem.ts';

const SIGNED_IN: readonly RefusalCode[] = ['unauthenticated', 'token_invalid', 'token_expired'];
const BY_SCOPE: Readonly<Record<Access['scope'], readonly RefusalCode[]>> = {
  anonymous: [],
  person: SIGNED_IN,
  organization: [...SIGNED_IN, 'forbidden', 'not_found'],
  platform: [...SIGNED_IN, 'forbidden'],
  node: [...SIGNED_IN, 'token_replayed'],
};
const ALWAYS: readonly RefusalCode[] = ['rate_limited', 'internal', 'unavailable', 'overloaded'];
const REQUEST_ID = '0b8a6c1e-5d0f-4c39-9d7e-2f6a1b3c4d5e';

/** By status, lowest first; each code as the problem that is answered. */
export function refusalsOf(
  access: Access,
  takes: { readonly input: boolean; readonly body: boolean },
): { status: number; problems: Problem[] }[] {
  const codes: RefusalCode[] = [...BY_SCOPE[access.scope], ...ALWAYS];
  if (takes.input || takes.body) codes.push('bad_request');
  if (takes.body) codes.push('too_large');
  const byStatus = new Map<number, Problem[]>();
  for (const code of codes) {
    const problem = describeRefusal(new Refusal(code), REQUEST_ID);
    byStatus.set(problem.status, [...(byStatus.get(problem.status) ?? []), problem]);
  }
  return [...byStatus]
    .map(([status, problems]) => ({ status, problems }))
    .sort((a, b) => a.status - b.status);
}
