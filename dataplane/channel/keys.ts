/** What both ends derive from one handshake: each channel's keys, and what proves where a channel goes on. RFC 5869, one label per use. */
import { Refusal } from '../../schema/refusal.ts';
import { type Direction, decodePoint, encodePoint } from '../../schema/wire/record.ts';
import { KEY, type MakeAead, NONCE } from './aead.ts';
import { DatagramOpener, DatagramSealer } from './datagram-seal.ts';
import { type Handshaken, hkdf } from './noise.ts';
import { Opener, Sealer } from './seal.ts';

/** Bound into the handshake: a message of one attachment is nothing in another. */
export function sealPrologue(session: string, attachment: string, token: string): Uint8Array {
  return new TextEncoder().encode(`fabric-seal/1\n${session}\n${attachment}\n${token}`);
}

/** A channel by what its opening says in the clear: another kind or number gives other keys. */
export interface ChannelName {
  readonly kind: string;
  readonly number: number;
}

export const CONTROL: ChannelName = { kind: 'control', number: 0 };
const FIRST_NONCE = new Uint8Array(NONCE);
const NO_DATA = new Uint8Array();

export class AttachmentKeys {
  readonly #secrets: Handshaken;
  readonly #aead: MakeAead;
  readonly #ours: Direction;

  constructor(secrets: Handshaken, aead: MakeAead, side: 'client' | 'service') {
    this.#secrets = secrets;
    this.#aead = aead;
    this.#ours = side === 'client' ? 0 : 1;
  }

  async channel({ kind, number }: ChannelName): Promise<{ sealer: Sealer; opener: Opener }> {
    const label = `record ${kind} ${number}`;
    const { sends, receives } = this.#secrets;
    const [out, back] = await Promise.all([this.#derive(sends, label), this.#derive(receives, label)]);
    return {
      sealer: new Sealer(out, this.#aead, number, this.#ours),
      opener: new Opener(back, this.#aead, number, this.#ours === 0 ? 1 : 0),
    };
  }

  /** For what goes beside the channel's stream: keys, and so nonces, of its own. */
  async datagrams({
    kind,
    number,
  }: ChannelName): Promise<{ sealer: DatagramSealer; opener: DatagramOpener }> {
    const label = `datagram ${kind} ${number}`;
    const { sends, receives } = this.#secrets;
    const [out, back] = await Promise.all([this.#derive(sends, label), this.#derive(receives, label)]);
    return {
      sealer: new DatagramSealer(out, this.#aead, number, this.#ours),
      opener: new DatagramOpener(back, this.#aead, number, this.#ours === 0 ? 1 : 0),
    };
  }

  /** Once per channel and path: the key is the path's own, so its first nonce is its only one. */
  async sealPoint(channel: ChannelName, path: number, next: number): Promise<Uint8Array> {
    const key = await this.#derive(this.#secrets.sends, pointLabel(channel, path));
    return this.#aead(key).seal(FIRST_NONCE, NO_DATA, encodePoint(next), 0);
  }

  /** @throws Refusal `seal_broken` */
  async openPoint(channel: ChannelName, path: number, sealed: Uint8Array): Promise<number> {
    const key = await this.#derive(this.#secrets.receives, pointLabel(channel, path));
    const plain = await this.#aead(key).open(FIRST_NONCE, NO_DATA, sealed);
    if (!plain) throw new Refusal('seal_broken');
    return decodePoint(plain);
  }

  #derive(secret: Uint8Array, label: string): Promise<Uint8Array> {
    return hkdf(this.#secrets.hash, secret, new TextEncoder().encode(`fabric-seal/1 ${label}`), KEY);
  }
}

function pointLabel({ kind, number }: ChannelName, path: number): string {
  return `point ${kind} ${number} ${path}`;
}
