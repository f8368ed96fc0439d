/** Values that nobody asked for. */
import type { Random } from '../random.ts';

const TEXTS = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\u202e\u200b',
  '💥'.repeat(64),
  "' or 1=1 --",
  '"; drop table users; --',
  '../../../../etc/passwd',
  '$\u007bjndi:ldap://x}',
  '<script>alert(1)</script>',
  '%s%n%x',
  'NaN',
  '-1',
  '1e309',
  '9223372036854775808',
  '2147483648',
  'true',
  'null',
  '[]',
  '__proto__',
  'constructor',
  'a@b.test',
  '00000000-0000-0000-0000-000000000000',
] as const;
const NUMBERS = [0, -0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, Number.MIN_VALUE] as const;

export function wrongText(random: Random): string {
  if (random.chance(0.1)) return 'x'.repeat(random.pick([64, 255, 4096, 70_000]));
  if (random.chance(0.1)) return random.bytes(random.integer(40)).toString('latin1');
  return random.pick(TEXTS);
}

/** Lone surrogates can not be sent as they are: JSON escapes them. */
export function wrongValue(random: Random, depth = 0): unknown {
  switch (random.integer(depth > 3 ? 4 : 7)) {
    case 0:
      return wrongText(random);
    case 1:
      return random.pick(NUMBERS);
    case 2:
      return random.pick([null, true, false]);
    case 3:
      return crypto.randomUUID();
    case 4:
      return Array.from({ length: random.integer(5) }, () => wrongValue(random, depth + 1));
    case 5:
      return Array.from({ length: 2000 }, () => 0);
    default:
      return { [wrongText(random).slice(0, 80)]: wrongValue(random, depth + 1) };
  }
}

/** A body that is right, with one or more places made wrong; or something else altogether. */
export function wrongBody(example: unknown, random: Random): unknown {
  if (example === undefined || random.chance(0.1)) return wrongValue(random);
  return changed(example, random);
}

function changed(value: unknown, random: Random): unknown {
  if (random.chance(0.15)) return wrongValue(random);
  if (Array.isArray(value)) {
    const items = value.map((item) => changed(item, random));
    return random.chance(0.1) ? Array.from({ length: 1000 }, () => items[0] ?? null) : items;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).flatMap(([name, part]): [string, unknown][] =>
      random.chance(0.08) ? [] : [[name, changed(part, random)]],
    );
    if (random.chance(0.1)) entries.push([wrongText(random).slice(0, 60), wrongValue(random)]);
    return Object.fromEntries(entries);
  }
  return typeof value === 'string' && random.chance(0.2) ? wrongText(random) : value;
}
