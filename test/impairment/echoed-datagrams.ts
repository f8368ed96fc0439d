/** Numbered datagrams to a side that echoes them. Some do not come back; those that do must be what was sent, and once. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../../dataplane/transport/transport.ts';
import type { TrafficClass } from '../../schema/channel.ts';
import { pseudoRandomBytes } from '../random.ts';
import { eventually } from './eventually.ts';

const DATAGRAM_CLASS: TrafficClass = 3;
/** Two do not fit into one packet, so that each is lost by itself. */
const DATAGRAM_BYTES = 1000;

export class EchoedDatagrams {
  sent = 0;
  /** How often each number came back. */
  readonly received = new Map<number, number>();
  /** Came back and were never sent so. */
  wrong = 0;
  readonly #connection: Connection;
  #lastAt = 0;

  /** Becomes the observer of the connection. */
  constructor(connection: Connection) {
    this.#connection = connection;
    connection.observe({
      stream: () => {},
      datagrams: (batch) => {
        for (const bytes of batch) this.#receive(bytes);
      },
      closed: () => {},
    });
  }

  get duplicates(): number {
    return [...this.received.values()].reduce((sum, times) => sum + times - 1, 0);
  }

  /** @returns its number */
  send(length = DATAGRAM_BYTES): number {
    const number = this.sent++;
    const outcome = this.#connection.sendDatagram(content(number, length), DATAGRAM_CLASS);
    if (outcome !== 'queued') throw new Error(`datagram ${number} of ${length} bytes: ${outcome}`);
    return number;
  }

  /** A steady flow; resolves when nothing has come back for `quietMs` after it. */
  async flow(count: number, everyMs: number, quietMs: number): Promise<void> {
    for (let n = 0; n < count; n++) {
      this.send();
      await sleep(everyMs);
    }
    this.#lastAt = performance.now();
    while (performance.now() - this.#lastAt < quietMs && this.received.size < this.sent) await sleep(10);
  }

  /** One more, that must come back. */
  async sendLast(withinMs: number, length = DATAGRAM_BYTES): Promise<void> {
    const number = this.send(length);
    await eventually(
      () => this.received.has(number),
      withinMs,
      () => `datagram ${number} did not come back, ${this.received.size} others did`,
    );
  }

  #receive(bytes: Uint8Array): void {
    this.#lastAt = performance.now();
    const number = Buffer.from(bytes).readUInt32BE(0);
    if (number >= this.sent || !content(number, bytes.length).equals(bytes)) this.wrong += 1;
    else this.received.set(number, (this.received.get(number) ?? 0) + 1);
  }
}

function content(number: number, length: number): Buffer {
  const bytes = pseudoRandomBytes(length, number);
  bytes.writeUInt32BE(number, 0);
  return bytes;
}

/** The least share that still is chance when each of `count` survives with this probability: five deviations below. */
export function leastShare(probability: number, count: number): number {
  return probability - 5 * Math.sqrt((probability * (1 - probability)) / count);
}
