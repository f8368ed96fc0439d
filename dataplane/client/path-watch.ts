/** Does a path still carry? A look each second at what went and what came; no clock, no effect. */

/** Looks at a path on which nothing comes back, until it is asked, and until it is given up. */
const ASK_AFTER = 2;
const DEAD_AFTER = 7;

export class PathWatch {
  #received = 0;
  /** What had been sent when something came last. */
  #sent = 0;
  #silent = 0;

  restart(): void {
    this.#received = -1;
    this.#silent = 0;
  }

  /** @param sent records that went so far. @param received those that came */
  look(sent: number, received: number): 'fine' | 'ask' | 'dead' {
    if (received !== this.#received || (sent === this.#sent && this.#silent === 0)) {
      this.#received = received;
      this.#sent = sent;
      this.#silent = 0;
      return 'fine';
    }
    this.#silent += 1;
    if (this.#silent >= DEAD_AFTER) return 'dead';
    return this.#silent === ASK_AFTER ? 'ask' : 'fine';
  }
}
