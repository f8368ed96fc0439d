/** What is on a key, as X11 names it (keysymdef.h): the browser has applied the person's layout, so any layout works. */

const NAMED: Readonly<Record<string, number>> = {
  Backspace: 0xff08,
  Tab: 0xff09,
  Enter: 0xff0d,
  Pause: 0xff13,
  ScrollLock: 0xff14,
  Escape: 0xff1b,
  Home: 0xff50,
  ArrowLeft: 0xff51,
  ArrowUp: 0xff52,
  ArrowRight: 0xff53,
  ArrowDown: 0xff54,
  PageUp: 0xff55,
  PageDown: 0xff56,
  End: 0xff57,
  PrintScreen: 0xff61,
  Insert: 0xff63,
  ContextMenu: 0xff67,
  NumLock: 0xff7f,
  CapsLock: 0xffe5,
  AltGraph: 0xfe03,
  Delete: 0xffff,
};

/** Those of which a keyboard has two: left, right. */
const PAIRS: Readonly<Record<string, readonly [number, number]>> = {
  Shift: [0xffe1, 0xffe2],
  Control: [0xffe3, 0xffe4],
  Alt: [0xffe9, 0xffea],
  Meta: [0xffeb, 0xffec],
  Super: [0xffeb, 0xffec],
};

const F1 = 0xffbe;
const RIGHT = 2;
/** Code points from here on are keysyms of their own with this added. */
const UNICODE = 0x01000000;

export const CTRL_ALT_DEL = [0xffe3, 0xffe9, 0xffff] as const;

/** @param key as in KeyboardEvent. @returns undefined for keys that mean nothing by themselves (dead keys, media keys) */
export function keysymOf(key: string, location: number): number | undefined {
  const pair = PAIRS[key];
  if (pair) return location === RIGHT ? pair[1] : pair[0];
  const [, number] = /^F([1-9]|1\d|2[0-4])$/.exec(key) ?? [];
  if (number !== undefined) return F1 + Number(number) - 1;
  const code = key.codePointAt(0);
  if (code === undefined || key.length !== String.fromCodePoint(code).length) return NAMED[key];
  const isLatin = (code >= 0x20 && code <= 0x7e) || (code >= 0xa0 && code <= 0xff);
  return isLatin ? code : UNICODE + code;
}
