/** A channel's datagrams over whatever path it has at the moment; without one they are lost, as any may be. */
import type { DatagramOutcome, StreamDatagrams } from '../transport/transport.ts';

export class PathDatagrams implements StreamDatagrams {
  #path: StreamDatagrams | undefined;
  #observer: ((datagram: Uint8Array) => void) | undefined;

  use(path: StreamDatagrams | undefined): void {
    this.#path?.close();
    this.#path = path;
    path?.observe((datagram) => this.#observer?.(datagram));
  }

  observe(observer: (datagram: Uint8Array) => void): void {
    this.#observer = observer;
  }

  send(datagram: Uint8Array): DatagramOutcome {
    return this.#path?.send(datagram) ?? 'dropped';
  }

  close(): void {
    this.use(undefined);
  }
}
