/**
 * A UDP line in between that is as bad as it is told to be. Clients send to its address; each gets a socket of its own
 * towards the target, as behind a NAT.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mulberry32 } from '../random.ts';
import type { Counters, Impairment } from './impairment.ts';
import { Shaper } from './shaper.ts';

const HOST = '127.0.0.1';
/** Towards a target that may be on another network. */
const ANY = '0.0.0.0';
/** Clients at a time; packets of a further one are dropped. */
const MAX_CLIENTS = 256;
const SOCKET_BUFFER = 4 << 20;
const DEFAULT_SEED = 1;

export interface LineOptions {
  readonly target: { readonly host: string; readonly port: number };
  /** From clients to the target. */
  readonly there?: Impairment;
  /** From the target to clients. */
  readonly back?: Impairment;
  readonly seed?: number;
}

interface Client {
  readonly host: string;
  readonly port: number;
  upstream: Socket;
}

export class ImpairedLine implements AsyncDisposable {
  readonly host = HOST;
  readonly port: number;
  /** Packets of clients beyond the bound. */
  strangers = 0;
  readonly #front: Socket;
  readonly #target: LineOptions['target'];
  readonly #clients = new Map<string, Client>();
  readonly #there: Shaper<Client>;
  readonly #back: Shaper<Client>;
  #mending: NodeJS.Timeout | undefined;
  #closed = false;

  static async start(options: LineOptions): Promise<ImpairedLine> {
    return new ImpairedLine(await boundSocket(), options);
  }

  private constructor(front: Socket, { target, there = {}, back = {}, seed = DEFAULT_SEED }: LineOptions) {
    this.#front = front;
    this.port = front.address().port;
    this.#target = target;
    this.#there = new Shaper<Client>(there, mulberry32(seed), ({ bytes, to }) => {
      if (!this.#closed) to.upstream.send(bytes, target.port, target.host);
    });
    this.#back = new Shaper<Client>(back, mulberry32(~seed), ({ bytes, to }) => {
      if (!this.#closed) front.send(bytes, to.port, to.host);
    });
    front.on('message', (bytes, { address, port }) => {
      const client = this.#client(address, port);
      if (client) this.#there.enter(bytes, client);
      else this.strangers += 1;
    });
  }

  get counters(): { readonly there: Readonly<Counters>; readonly back: Readonly<Counters> } {
    return { there: this.#there.counters, back: this.#back.counters };
  }

  /** For packets that enter from now on; those under way keep their time, and their place before later ones. */
  set(there: Impairment, back: Impairment = there): void {
    this.#there.impairment = there;
    this.#back.impairment = back;
  }

  /** NAT rebinding: the target sees every client come from another port. What is sent to the old ones is lost. */
  async rebind(): Promise<void> {
    for (const client of this.#clients.values()) {
      // Bound while the old one is still open: it can not get the same port.
      const upstream = await boundSocket(ANY);
      if (this.#closed) return void upstream.close();
      const old = client.upstream;
      client.upstream = this.#answering(upstream, client);
      old.close();
    }
  }

  /** Everything is lost, what is under way too, for so many milliseconds or until `mend`. */
  cut(ms?: number): void {
    clearTimeout(this.#mending);
    this.#there.isCut = this.#back.isCut = true;
    if (ms !== undefined) this.#mending = setTimeout(() => this.mend(), ms);
  }

  mend(): void {
    clearTimeout(this.#mending);
    this.#there.isCut = this.#back.isCut = false;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#mending);
    this.#there.close();
    this.#back.close();
    const sockets = [this.#front, ...[...this.#clients.values()].map(({ upstream }) => upstream)];
    this.#clients.clear();
    await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(resolve))));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #client(host: string, port: number): Client | undefined {
    const key = `${host} ${port}`;
    const known = this.#clients.get(key);
    if (known || this.#clients.size >= MAX_CLIENTS) return known;
    const client: Client = { host, port, upstream: newSocket() };
    this.#answering(client.upstream, client);
    this.#clients.set(key, client);
    return client;
  }

  #answering(upstream: Socket, client: Client): Socket {
    return upstream.on('message', (bytes, { port }) => {
      if (port === this.#target.port) this.#back.enter(bytes, client);
    });
  }
}

/** Binds itself with the first send. */
const newSocket = () =>
  createSocket({ type: 'udp4', recvBufferSize: SOCKET_BUFFER, sendBufferSize: SOCKET_BUFFER });

async function boundSocket(host = HOST): Promise<Socket> {
  const socket = newSocket().bind(0, host);
  await once(socket, 'listening');
  return socket;
}
