/** What a form makes of its fields, held against the contract before it is sent, so that a slip is said by name. */
import type { z } from 'zod';

/** JSON has no undefined: what is left out is left out. */
type Sent<T> = T extends string | number | boolean | null
  ? T
  : { [K in keyof T]: Sent<Exclude<T[K], undefined>> };

/** @throws Error that names the field */
export function checked<T extends z.ZodType>(schema: T, value: unknown): Sent<z.infer<T>> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data as Sent<z.infer<T>>;
  const [issue] = parsed.error.issues;
  throw new Error(`${issue?.path.join('.')}: ${issue?.message}`);
}
