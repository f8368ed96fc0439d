/**
 * The secret key: 145 random bits made on the person's own device, as `F1-` and six groups of five. Letters and digits are Crockford's
 * base 32 (no I, L, O, U); the last is a check digit (Luhn mod 32), so that a slip of the pen is found before anything is tried.
 */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const VERSION = 'F1';
const RANDOM_SYMBOLS = 29;

export function newSecretKey(random: Uint8Array = crypto.getRandomValues(new Uint8Array(29))): string {
  const symbols = Array.from(random.subarray(0, RANDOM_SYMBOLS), (octet) => ALPHABET[octet % 32] ?? '0').join(
    '',
  );
  return written(symbols + checkDigit(symbols));
}

/** The key as it is written, however it was typed. @returns undefined when a symbol is missing or wrong */
export function parseSecretKey(typed: string): string | undefined {
  const plain = typed.toUpperCase().replace(/[\s–—-]/g, '');
  if (!plain.startsWith(VERSION)) return undefined;
  const symbols = plain.slice(VERSION.length).replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  const wellFormed =
    symbols.length === RANDOM_SYMBOLS + 1 && [...symbols].every((symbol) => ALPHABET.includes(symbol));
  if (!wellFormed || checkDigit(symbols.slice(0, -1)) !== symbols.at(-1)) return undefined;
  return written(symbols);
}

const written = (symbols: string): string => `${VERSION}-${symbols.match(/.{5}/g)?.join('-') ?? ''}`;

function checkDigit(symbols: string): string {
  const sum = [...symbols].reverse().reduce((total, symbol, at) => {
    const value = ALPHABET.indexOf(symbol) * (at % 2 === 0 ? 2 : 1);
    return total + Math.floor(value / 32) + (value % 32);
  }, 0);
  return ALPHABET[(32 - (sum % 32)) % 32] ?? '0';
}
