/** Which chains a transaction added events to, so that who waits for them is woken once it is committed. */
const emitted = new WeakMap<object, ReadonlySet<string>>();

export function noteEmitted(tx: object, chains: Iterable<string>): void {
  emitted.set(tx, new Set([...emittedBy(tx), ...chains]));
}

export function emittedBy(tx: object): ReadonlySet<string> {
  return emitted.get(tx) ?? new Set();
}
