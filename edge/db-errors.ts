/** What the database's errors mean to us, by their code (PostgreSQL, appendix A) or the driver's. */

/** The code PostgreSQL or its driver gave, beneath whatever wraps it. */
function codeOf(error: unknown): string | undefined {
  const cause = error instanceof Error && error.cause ? error.cause : error;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** A unique constraint would break. */
export function isDuplicate(error: unknown): boolean {
  return codeOf(error) === '23505';
}

/** What a request said can't be kept: it names something that is not there, or holds what no column takes (a NUL, a number too large). */
export function isUnfit(error: unknown): 'missing' | 'malformed' | undefined {
  const code = codeOf(error) ?? '';
  if (code === '23503') return 'missing';
  return /^22...$|^54000$/.test(code) ? 'malformed' : undefined;
}

/** Somebody else holds what this waits for (`lock_timeout`), or it took too long (`statement_timeout`). */
export function isBusy(error: unknown): boolean {
  const code = codeOf(error);
  return code === '55P03' || code === '57014' || code === '53300' || code === '40P01';
}

/** The server is not there, is going or coming: asking again later may help. */
export function isAway(error: unknown): boolean {
  return /^(08...|57P0[1-5]|CONNECT_TIMEOUT|CONNECTION_\w+|ECONN\w+|EPIPE|ETIMEDOUT)$/.test(
    codeOf(error) ?? '',
  );
}
