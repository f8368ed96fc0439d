/** Repeatable randomness: the same seed gives the same run, so that a failure can be seen again. */

/** Uniform in [0, 1). */
export type Uniform = () => number;

/** Mulberry32 (Tommy Ettinger, public domain): 32 bits of state, good enough for loss, not for secrets. */
export function mulberry32(seed: number): Uniform {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function pseudoRandomBytes(length: number, seed: number): Buffer {
  const random = mulberry32(seed);
  const words = Uint32Array.from({ length: Math.ceil(length / 4) }, () => random() * 2 ** 32);
  return Buffer.from(words.buffer, 0, length);
}

export interface Random {
  /** 0 to `below` - 1 */
  integer(below: number): number;
  chance(probability: number): boolean;
  /** @throws RangeError when there is nothing to pick from */
  pick<T>(items: readonly T[]): T;
  bytes(length: number): Buffer;
}

export function seededRandom(seed: number): Random {
  const next = mulberry32(seed);
  const integer = (below: number) => Math.floor(next() * below);
  return {
    integer,
    chance: (probability) => next() < probability,
    pick: (items) => {
      if (items.length === 0) throw new RangeError('nothing to pick from');
      return items[integer(items.length)] as (typeof items)[number];
    },
    bytes: (length) => Buffer.from(Uint8Array.from({ length }, () => integer(256))),
  };
}
