/** A client's keys, pointer and wishes on their way to the server. What it held when it left is let go. */
import type { Socket } from 'node:net';
import { FLOW_CANCELLED, ProtocolViolation } from '../../../schema/refusal.ts';
import { type InputEvent, InputReader } from '../../../schema/wire/input.ts';
import { isPossible, type Size } from '../../../schema/wire/render.ts';
import type { ByteStream } from '../../transport/transport.ts';
import { keyEvent, pointerEvent } from './requests.ts';

/** Nobody presses more keys at once. */
const MAX_HELD = 64;

interface InputDesktop {
  size(): Size;
  pointer(x: number, y: number): void;
  resize(size: Size): void;
  happened(): void;
}

/** Resolves when the client leaves. */
export function joinInput(stream: ByteStream, socket: Socket, desktop: InputDesktop): Promise<void> {
  const reader = new InputReader();
  const hands = new Hands(socket, desktop);
  const { promise, resolve } = Promise.withResolvers<void>();
  const take = () => {
    try {
      while (!socket.writableNeedDrain) {
        const chunk = stream.read();
        if (!chunk) break;
        for (const event of reader.push(chunk)) hands.do(event);
      }
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      stream.stop(FLOW_CANCELLED);
      stream.reset(FLOW_CANCELLED);
    }
    if (stream.readableEnded) leave();
  };
  const leave = () => {
    socket.off('drain', take);
    hands.letGo();
    stream.end();
    resolve();
  };
  socket.on('drain', take);
  stream.observe({ readable: take, writable: () => {}, reset: leave, stopped: () => {}, closed: leave });
  return promise;
}

/** What one client holds. */
class Hands {
  readonly #socket: Socket;
  readonly #desktop: InputDesktop;
  readonly #keys = new Set<number>();
  #pointer = { buttons: 0, x: 0, y: 0 };

  constructor(socket: Socket, desktop: InputDesktop) {
    this.#socket = socket;
    this.#desktop = desktop;
  }

  do(event: InputEvent): void {
    switch (event.type) {
      case 'key':
        this.#key(event.keysym, event.isDown);
        break;
      case 'pointer':
        this.#point(event);
        break;
      case 'resize':
        if (isPossible(event)) this.#desktop.resize(event);
    }
    this.#desktop.happened();
  }

  letGo(): void {
    for (const keysym of this.#keys) this.#write(keyEvent(keysym, false));
    this.#keys.clear();
    const { buttons, x, y } = this.#pointer;
    if (buttons !== 0) this.#write(pointerEvent(0, x, y));
    this.#pointer = { buttons: 0, x, y };
  }

  #key(keysym: number, isDown: boolean): void {
    if (isDown && this.#keys.size >= MAX_HELD && !this.#keys.has(keysym))
      throw new ProtocolViolation('more keys than anyone holds');
    if (isDown) this.#keys.add(keysym);
    else this.#keys.delete(keysym);
    this.#write(keyEvent(keysym, isDown));
  }

  #point(event: { buttons: number; x: number; y: number }): void {
    const { width, height } = this.#desktop.size();
    const [x, y] = [Math.min(event.x, width - 1), Math.min(event.y, height - 1)];
    this.#pointer = { buttons: event.buttons, x, y };
    this.#desktop.pointer(x, y);
    this.#write(pointerEvent(event.buttons, x, y));
  }

  #write(bytes: Uint8Array): void {
    if (this.#socket.writable) this.#socket.write(bytes);
  }
}
