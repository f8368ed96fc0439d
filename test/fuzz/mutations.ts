/** Hostile packets, most of them made from genuine ones. */

import type { Random } from '../random.ts';
import { openInitial, type Sender, sealInitial } from './initial-packet.ts';

/** Genuine packets of one direction, the newest so many. */
export class Recording {
  readonly packets: Buffer[] = [];
  #at = 0;

  add(bytes: Buffer): void {
    this.packets[this.#at] = bytes;
    this.#at = (this.#at + 1) % 512;
  }
}

type Mutation = (bytes: Buffer, random: Random, others: readonly Buffer[]) => Buffer;

function flipBits(bytes: Buffer, random: Random): Buffer {
  const changed = Buffer.from(bytes);
  for (let n = random.integer(8) + 1; n > 0 && changed.length > 0; n -= 1) {
    const at = random.integer(changed.length);
    changed[at] = (changed[at] ?? 0) ^ (1 << random.integer(8));
  }
  return changed;
}

/** Numbers that lengths and types go wrong at. */
const EDGES = [0, 1, 0x3f, 0x40, 0x7f, 0x80, 0xbf, 0xc0, 0xfe, 0xff];

function edgeBytes(bytes: Buffer, random: Random): Buffer {
  const changed = Buffer.from(bytes);
  for (let n = random.integer(4) + 1; n > 0 && changed.length > 0; n -= 1)
    changed[random.integer(Math.min(changed.length, 64))] = random.pick(EDGES);
  return changed;
}

const truncate: Mutation = (bytes, random) => bytes.subarray(0, random.integer(bytes.length + 1));

const extend: Mutation = (bytes, random) =>
  Buffer.concat([bytes, random.chance(0.5) ? random.bytes(random.integer(200)) : Buffer.alloc(200)]).subarray(
    0,
    65_000,
  );

function splice(bytes: Buffer, random: Random, others: readonly Buffer[]): Buffer {
  const other = random.pick(others);
  return Buffer.concat([
    bytes.subarray(0, random.integer(bytes.length + 1)),
    other.subarray(random.integer(other.length + 1)),
  ]);
}

const replay: Mutation = (bytes) => bytes;

/** The byte that tells the packet's type, its fixed bit, reserved bits and the length of its number. */
function headerByte(bytes: Buffer, random: Random): Buffer {
  const changed = Buffer.from(bytes);
  changed[0] = random.integer(256);
  return changed;
}

const VERSIONS = [0, 1, 2, 0x6b3343cf, 0xff00001d, 0x1a2a3a4a, 0xffffffff];

function version(bytes: Buffer, random: Random): Buffer {
  const changed = Buffer.from(bytes);
  if (changed.length < 5) return changed;
  changed[0] = (changed[0] ?? 0) | 0x80;
  changed.writeUInt32BE(random.pick(VERSIONS), 1);
  return changed;
}

/** Connection id lengths, or the token's, in long headers. */
function idLengths(bytes: Buffer, random: Random): Buffer {
  const changed = Buffer.from(bytes);
  const at = random.chance(0.5) ? 5 : 6 + (changed[5] ?? 0);
  if (at < changed.length) changed[at] = random.integer(256);
  return changed;
}

const noise: Mutation = (_, random) => random.bytes(random.integer(1500));

/** Noise for whom the connection id of a genuine packet stands for. */
const noiseBehindHeader: Mutation = (bytes, random) =>
  Buffer.concat([bytes.subarray(0, 6 + random.integer(24)), random.bytes(random.integer(1300))]);

const MUTATIONS: readonly Mutation[] = [
  flipBits,
  edgeBytes,
  truncate,
  extend,
  splice,
  replay,
  headerByte,
  version,
  idLengths,
  noise,
  noiseBehindHeader,
];

const FRAME_MUTATIONS: readonly Mutation[] = [flipBits, edgeBytes, truncate, extend, splice, noise, replay];

/** Bytes of any protocol, changed outside or within. */
export function mutateBytes(bytes: Buffer, random: Random, others: readonly Buffer[]): Buffer {
  return random.pick(FRAME_MUTATIONS)(bytes, random, others);
}

/** A packet for the receiver of `recorded`, changed outside. */
export function mutate(recorded: Recording, random: Random): Buffer {
  if (recorded.packets.length === 0) return random.bytes(random.integer(1500));
  const mutation = random.pick(MUTATIONS);
  const changed = mutation(random.pick(recorded.packets), random, recorded.packets);
  return random.chance(0.2) ? random.pick(MUTATIONS)(changed, random, recorded.packets) : changed;
}

/**
 * An Initial that authenticates and whose frames are changed, or undefined when none is at hand.
 * @param first of a server's packets: the destination id of the client's first one
 */
export function mutateInside(
  initials: readonly { readonly bytes: Buffer; readonly first?: Buffer }[],
  sender: Sender,
  random: Random,
): Buffer | undefined {
  if (initials.length === 0) return undefined;
  const { bytes, first } = random.pick(initials);
  const opened = openInitial(bytes, sender, first);
  if (!opened) return undefined;
  const frames = random.pick(FRAME_MUTATIONS)(opened.frames, random, [opened.frames]).subarray(0, 1350);
  const number = random.chance(0.2) ? random.integer(2 ** 31) : opened.number + random.integer(4);
  // Of a client: mostly a connection that is not yet there; else the one it was recorded from.
  const fresh = sender === 'client' && random.chance(0.8);
  const destination = fresh ? random.bytes(8 + random.integer(13)) : opened.destination;
  const padded =
    sender === 'client' && random.chance(0.9) && frames.length < 1140
      ? Buffer.concat([frames, Buffer.alloc(1140 - frames.length)])
      : frames;
  return sealInitial({ ...opened, destination, number, frames: padded }, sender, first);
}
