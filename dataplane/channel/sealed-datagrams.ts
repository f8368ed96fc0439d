/** A channel's datagrams as its two ends have them: sealed on the way out, opened on the way in; what does not open is as if it was lost. */
import type { DatagramOutcome, StreamDatagrams } from '../transport/transport.ts';
import type { DatagramOpener, DatagramSealer } from './datagram-seal.ts';

export class SealedDatagrams implements StreamDatagrams {
  /** Datagrams that did not open: changed on the way, repeated, or nobody's. */
  unopened = 0;
  readonly #inner: StreamDatagrams;
  readonly #sealer: DatagramSealer;
  #observer: ((datagram: Uint8Array) => void) | undefined;

  constructor(
    inner: StreamDatagrams,
    { sealer, opener }: { sealer: DatagramSealer; opener: DatagramOpener },
  ) {
    this.#inner = inner;
    this.#sealer = sealer;
    inner.observe((datagram) => {
      const body = opener.open(datagram);
      if (body instanceof Promise) void body.then((opened) => this.#opened(opened));
      else this.#opened(body);
    });
  }

  observe(observer: (datagram: Uint8Array) => void): void {
    this.#observer = observer;
  }

  send(body: Uint8Array): DatagramOutcome {
    const datagram = this.#sealer.seal(body);
    if (!datagram) return 'closed';
    if (!(datagram instanceof Promise)) return this.#inner.send(datagram);
    void datagram.then((sealed) => this.#inner.send(sealed));
    return 'queued';
  }

  close(): void {
    this.#inner.close();
  }

  #opened(body: Uint8Array | undefined): void {
    if (body) this.#observer?.(body);
    else this.unopened += 1;
  }
}
