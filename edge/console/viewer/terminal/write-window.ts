/** How much output may wait for the screen. Pure arithmetic: the terminal parses at its own pace, and the sender waits for it. */

/** Bytes handed to the terminal and not yet parsed, above which no more is taken, and below which it goes on. */
export const STOP_ABOVE = 512 * 1024;
const GO_BELOW = 128 * 1024;

export class WriteWindow {
  #waiting = 0;
  #stopped = false;

  /** @returns true when the sender should stop now */
  handed(bytes: number): boolean {
    this.#waiting += bytes;
    const stops = !this.#stopped && this.#waiting > STOP_ABOVE;
    this.#stopped ||= stops;
    return stops;
  }

  /** @returns true when the sender should go on now */
  parsed(bytes: number): boolean {
    this.#waiting -= bytes;
    const goes = this.#stopped && this.#waiting < GO_BELOW;
    if (goes) this.#stopped = false;
    return goes;
  }
}
