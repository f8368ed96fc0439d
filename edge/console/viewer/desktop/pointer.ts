/** The pointer over the desktop: where, which buttons, and the wheel as the clicks that X11 makes of it. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

interface PointerTarget {
  /** From a place in the window to a pixel of the desktop. */
  place(clientX: number, clientY: number): Point;
  point(pointer: Point & { readonly buttons: number }): void;
}

const WHEEL = { up: 8, down: 16, left: 32, right: 64 } as const;
/** Pixels that a wheel's notch scrolls, as browsers have it; touch pads come in less. */
const NOTCH = 100;
const LINE = 33;
/** Clicks of one event, at most. */
const MAX_CLICKS = 5;

/** X11 counts left, middle, right; the browser left, right, middle. */
export function xButtons(buttons: number): number {
  return (buttons & 1) | ((buttons & 4) >> 1) | ((buttons & 2) << 1);
}

export class Pointer {
  readonly #stop = new AbortController();
  #scrolled = { x: 0, y: 0 };

  constructor(element: HTMLElement, target: PointerTarget) {
    const { signal } = this.#stop;
    const tell = (event: PointerEvent) => {
      event.preventDefault();
      target.point({ ...target.place(event.clientX, event.clientY), buttons: xButtons(event.buttons) });
    };
    element.addEventListener(
      'pointerdown',
      (event) => {
        element.setPointerCapture(event.pointerId);
        element.focus();
        tell(event);
      },
      { signal },
    );
    for (const type of ['pointermove', 'pointerup', 'pointercancel'] as const)
      element.addEventListener(type, tell, { signal });
    element.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });
    element.addEventListener('wheel', (event) => this.#wheel(event, target), { signal, passive: false });
  }

  close(): void {
    this.#stop.abort();
  }

  #wheel(event: WheelEvent, target: PointerTarget): void {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : LINE;
    this.#scrolled.x += event.deltaX * unit;
    this.#scrolled.y += event.deltaY * unit;
    const place = target.place(event.clientX, event.clientY);
    const held = xButtons(event.buttons);
    const click = (axis: 'x' | 'y', less: number, more: number) => {
      const clicks = Math.trunc(this.#scrolled[axis] / NOTCH);
      this.#scrolled[axis] -= clicks * NOTCH;
      for (let at = 0; at < Math.min(Math.abs(clicks), MAX_CLICKS); at += 1) {
        target.point({ ...place, buttons: held | (clicks < 0 ? less : more) });
        target.point({ ...place, buttons: held });
      }
    };
    click('y', WHEEL.up, WHEEL.down);
    click('x', WHEEL.left, WHEEL.right);
  }
}
