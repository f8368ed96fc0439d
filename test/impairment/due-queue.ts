/** Things that are due at a time, given out by one timer: a binary heap, first in first out among equals. */
interface Entry<T> {
  /** Milliseconds of `performance.now()`. */
  readonly due: number;
  readonly order: number;
  readonly thing: T;
}

export class DueQueue<T> {
  readonly #give: (thing: T) => void;
  readonly #heap: Entry<T>[] = [];
  #added = 0;
  #timer: NodeJS.Timeout | undefined;
  #armedFor = Number.POSITIVE_INFINITY;

  constructor(give: (thing: T) => void) {
    this.#give = give;
  }

  get size(): number {
    return this.#heap.length;
  }

  add(due: number, thing: T): void {
    const entry = { due, order: this.#added++, thing };
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (!parent || before(parent, entry)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
    this.#arm();
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#armedFor = Number.POSITIVE_INFINITY;
    this.#heap.length = 0;
  }

  #arm(): void {
    const due = this.#heap[0]?.due ?? Number.POSITIVE_INFINITY;
    if (due >= this.#armedFor) return;
    clearTimeout(this.#timer);
    this.#armedFor = due;
    this.#timer = setTimeout(() => this.#giveDue(), Math.max(1, Math.ceil(due - performance.now())));
  }

  #giveDue(): void {
    this.#armedFor = Number.POSITIVE_INFINITY;
    const now = performance.now();
    for (let first = this.#heap[0]; first && first.due <= now; first = this.#heap[0]) {
      this.#removeFirst();
      this.#give(first.thing);
    }
    this.#arm();
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      const [left, right] = [heap[below], heap[below + 1]];
      if (left && right && before(right, left)) below += 1;
      const child = heap[below];
      if (!child || before(last, child)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
  }
}

function before(a: Entry<unknown>, b: Entry<unknown>): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order);
}
