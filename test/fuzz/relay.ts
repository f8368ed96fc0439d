/** Stands between QUIC clients and a server: passes their packets on, records them, and sends hostile ones to both ends. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Random } from '../random.ts';
import { openInitial } from './initial-packet.ts';
import { mutate, mutateInside, Recording } from './mutations.ts';

const HOST = '127.0.0.1';
/** Client addresses known at a time: each has a socket towards the server, as behind a NAT. */
const MAPPINGS = 48;

interface Initial {
  readonly bytes: Buffer;
  readonly first?: Buffer;
}

/** Keeps the newest 64. */
function keep(list: Initial[], initial: Initial): void {
  list.push(initial);
  if (list.length > 64) list.shift();
}

export interface RelayCounts {
  passed: number;
  /** Sent to the server, and to clients. */
  toServer: number;
  toClients: number;
  /** Of both: Initials that authenticate, with changed frames. */
  sealed: number;
}

export class HostileRelay {
  readonly counts: RelayCounts = { passed: 0, toServer: 0, toClients: 0, sealed: 0 };
  readonly #front: Socket;
  readonly #stranger: Socket;
  readonly #target: number;
  readonly #random: Random;
  /** By the client's port, oldest first. */
  readonly #mappings = new Map<number, Socket>();
  /** By the client's port: the destination id of its newest first Initial. */
  readonly #firsts = new Map<number, Buffer>();
  readonly #fromClients = new Recording();
  readonly #fromServer = new Recording();
  readonly #clientInitials: Initial[] = [];
  readonly #serverInitials: Initial[] = [];

  private constructor(front: Socket, stranger: Socket, target: number, random: Random) {
    this.#front = front;
    this.#stranger = stranger;
    this.#target = target;
    this.#random = random;
    front.on('message', (bytes, { port }) => this.#fromClient(bytes, port));
  }

  /** @param target the server's port on 127.0.0.1 */
  static async open(target: number, random: Random): Promise<HostileRelay> {
    const [front, stranger] = [createSocket('udp4'), createSocket('udp4')];
    for (const socket of [front, stranger]) {
      socket.on('error', () => {});
      socket.bind(0, HOST);
    }
    await Promise.all([once(front, 'listening'), once(stranger, 'listening')]);
    return new HostileRelay(front, stranger, target, random);
  }

  /** What clients dial. */
  get port(): number {
    return this.#front.address().port;
  }

  /** One hostile packet. */
  inject(): void {
    if (this.#random.chance(0.6)) this.#injectToServer();
    else this.#injectToClient();
  }

  close(): void {
    for (const socket of [this.#front, this.#stranger, ...this.#mappings.values()]) socket.close();
  }

  #injectToServer(): void {
    const sealed = this.#random.chance(0.15)
      ? mutateInside(this.#clientInitials, 'client', this.#random)
      : undefined;
    const mappings = [...this.#mappings.values()];
    const from =
      mappings.length === 0 || this.#random.chance(0.2) ? this.#stranger : this.#random.pick(mappings);
    from.send(sealed ?? mutate(this.#fromClients, this.#random), this.#target, HOST);
    this.counts.toServer += 1;
    if (sealed) this.counts.sealed += 1;
  }

  #injectToClient(): void {
    const ports = [...this.#mappings.keys()];
    if (ports.length === 0) return;
    // The newest ports are where clients still are.
    const port = this.#random.chance(0.8) ? (ports.at(-1 - this.#random.integer(4)) ?? 0) : 0;
    const sealed = this.#random.chance(0.15)
      ? mutateInside(this.#serverInitials, 'server', this.#random)
      : undefined;
    const from = this.#random.chance(0.8) ? this.#front : this.#stranger;
    from.send(
      sealed ?? mutate(this.#fromServer, this.#random),
      port === 0 ? this.#random.pick(ports) : port,
      HOST,
    );
    this.counts.toClients += 1;
    if (sealed) this.counts.sealed += 1;
  }

  #fromClient(bytes: Buffer, port: number): void {
    this.#fromClients.add(bytes);
    const initial = openInitial(bytes, 'client');
    if (initial) {
      this.#firsts.set(port, initial.destination);
      keep(this.#clientInitials, { bytes });
    }
    // Some arrive from elsewhere first: a path that the server must validate, or not believe.
    if (this.#random.chance(0.002)) this.#stranger.send(bytes, this.#target, HOST);
    this.#mapping(port).send(bytes, this.#target, HOST);
    this.counts.passed += 1;
  }

  #fromBack(bytes: Buffer, port: number): void {
    this.#fromServer.add(bytes);
    const first = this.#firsts.get(port);
    if (first && openInitial(bytes, 'server', first)) keep(this.#serverInitials, { bytes, first });
    this.#front.send(bytes, port, HOST);
    this.counts.passed += 1;
  }

  #mapping(port: number): Socket {
    const known = this.#mappings.get(port);
    if (known) return known;
    const socket = createSocket('udp4');
    socket.on('error', () => {});
    socket.on('message', (bytes) => this.#fromBack(bytes, port));
    socket.bind(0, HOST);
    this.#mappings.set(port, socket);
    if (this.#mappings.size > MAPPINGS) {
      const [[oldest, old] = [0, socket]] = this.#mappings;
      this.#mappings.delete(oldest);
      this.#firsts.delete(oldest);
      old.close();
    }
    return socket;
  }
}
