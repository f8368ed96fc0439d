/**
 * Questions that are asked at nearly every request: written with Drizzle as all others, but turned into SQL once per process instead of once per asking, which costs more than
 * the asking itself. `sql.placeholder(name)` stands where a value comes in.
 */
import type { Tx } from './db.ts';

interface Plan<R> {
  execute(values: Record<string, unknown>): Promise<R>;
}
interface Preparable<R> {
  prepare(name: string): Plan<R>;
}

/** @param build asked once; must not depend on anything but its tables */
export function compiled<Values extends Record<string, unknown>, R>(
  build: (tx: Tx) => Preparable<R>,
): (tx: Tx, values: Values) => Promise<R> {
  let plan: Plan<R> | undefined;
  return (tx, values) => {
    plan ??= build(tx).prepare('compiled');
    // Drizzle ties a plan to the transaction it was made in by this one field.
    const here: Plan<R> = Object.create(plan, { client: { value: Reflect.get(tx._.session, 'client') } });
    return here.execute(values);
  };
}
