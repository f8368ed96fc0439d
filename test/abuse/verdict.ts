/** What must not be in any answer, whatever was asked. */

/** Words of our own files, libraries and database that no caller has any use for. */
const INTERNALS = [
  /\n\s+at .+:\d+:\d+/,
  /node_modules|node:internal|file:\/\//,
  /\/edge\/|\.ts:\d+/,
  /PostgresError|DrizzleQueryError|Failed query|select .+ from "/i,
  /postgres(ql)?:\/\//,
  /fabric_(tenant|platform|api)\b/,
  /TypeError|ReferenceError|RangeError|SyntaxError|ZodError/,
  /-----BEGIN|passwordHash|password_hash|sealed/,
] as const;

/** @returns why this answer is a fault of ours, or undefined */
export function faultOf(status: number, contentType: string | null, body: string): string | undefined {
  if (status >= 500) return `status ${status}: ${body.slice(0, 300)}`;
  const leak = INTERNALS.find((pattern) => pattern.test(body));
  if (leak) return `the answer holds ${leak}: ${body.slice(0, 300)}`;
  if (status >= 400 && body !== '' && !contentType?.startsWith('application/problem+json'))
    return `a refusal as ${contentType}: ${body.slice(0, 200)}`;
  return undefined;
}
