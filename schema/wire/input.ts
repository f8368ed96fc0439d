/**
 * Events of the `input` channel, from the client, one after the other. All numbers are big-endian.
 *
 *   key      0  u8 1: pressed, 0: released; u32 X11 keysym
 *   pointer  1  u8 buttons held (bit 0 left, 1 middle, 2 right, 3 to 6 wheel up, down, left, right); u16 x, u16 y
 *   resize   2  u16 width, u16 height that the client would like the desktop to have
 */
import { ProtocolViolation } from '../refusal.ts';

export type InputEvent =
  | { readonly type: 'key'; readonly isDown: boolean; readonly keysym: number }
  | { readonly type: 'pointer'; readonly buttons: number; readonly x: number; readonly y: number }
  | { readonly type: 'resize'; readonly width: number; readonly height: number };

const KIND = { key: 0, pointer: 1, resize: 2 } as const;
const LENGTHS = [6, 6, 5] as const;

export function encodeInput(event: InputEvent): Uint8Array {
  const bytes = new Uint8Array(LENGTHS[KIND[event.type]]);
  const view = new DataView(bytes.buffer);
  bytes[0] = KIND[event.type];
  switch (event.type) {
    case 'key':
      bytes[1] = event.isDown ? 1 : 0;
      view.setUint32(2, event.keysym);
      break;
    case 'pointer':
      bytes[1] = event.buttons;
      view.setUint16(2, event.x);
      view.setUint16(4, event.y);
      break;
    case 'resize':
      view.setUint16(1, event.width);
      view.setUint16(3, event.height);
  }
  return bytes;
}

/** Puts events together however the bytes were cut. */
export class InputReader {
  #rest: Uint8Array = new Uint8Array();

  /** @throws ProtocolViolation */
  push(chunk: Uint8Array): InputEvent[] {
    const bytes = new Uint8Array(this.#rest.length + chunk.length);
    bytes.set(this.#rest);
    bytes.set(chunk, this.#rest.length);
    const events: InputEvent[] = [];
    let at = 0;
    for (; at < bytes.length; ) {
      const length = LENGTHS[bytes[at] ?? 0];
      if (length === undefined) throw new ProtocolViolation(`an input event of unknown kind ${bytes[at]}`);
      if (bytes.length - at < length) break;
      events.push(decode(new DataView(bytes.buffer, at, length)));
      at += length;
    }
    this.#rest = bytes.slice(at);
    return events;
  }
}

function decode(view: DataView): InputEvent {
  switch (view.getUint8(0)) {
    case KIND.key:
      return { type: 'key', isDown: view.getUint8(1) !== 0, keysym: view.getUint32(2) };
    case KIND.pointer:
      return { type: 'pointer', buttons: view.getUint8(1), x: view.getUint16(2), y: view.getUint16(4) };
    default:
      return { type: 'resize', width: view.getUint16(1), height: view.getUint16(3) };
  }
}
