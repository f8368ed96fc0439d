/** Which chains a transaction added events to, until it is over. */
const emitted = new WeakMap<object, Set<string>>();

export function noteEmitted(tx: object, chain: string): void {
  const chains = emitted.get(tx) ?? new Set();
  chains.add(chain);
  emitted.set(tx, chains);
}

export function emittedBy(tx: object): ReadonlySet<string> {
  return emitted.get(tx) ?? new Set();
}
