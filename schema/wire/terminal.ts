/**
 * Frames of the `terminal` channel, both ways, after `opened`: u8 kind, big-endian u32 length, body.
 *
 *   kind      value  from     body
 *   data          0  both     bytes for standard input, or from standard output
 *   stderr        1  service  bytes from standard error (never with a pty)
 *   resize        2  both     u16 columns, u16 rows; from the service: the size of the one in control, to those who look on
 *   eof           3  both     empty: no more data this way
 *   exit          4  service  i32 exit status, then the signal's name in ASCII (often empty); last frame
 *   signal        5  client   signal name without SIG, ASCII (RFC 4254 section 6.10)
 *   screen        6  service  what to write to a reset terminal to show the screen as it is now; first frame of a reattached shell
 */
import { z } from 'zod';
import { ProtocolViolation } from '../refusal.ts';

export const TERMINAL_HEADER = 5;
/** Longest frame body, bytes. */
export const MAX_TERMINAL_FRAME = 1 << 20;

export const TERMINAL_KIND = {
  data: 0,
  stderr: 1,
  resize: 2,
  eof: 3,
  exit: 4,
  signal: 5,
  screen: 6,
} as const;
export type TerminalKind = (typeof TERMINAL_KIND)[keyof typeof TERMINAL_KIND];

const Size = z.int().min(1).max(1000);
export const PtySize = z.strictObject({ cols: Size, rows: Size });
export type PtySize = z.infer<typeof PtySize>;

/** `params` of a terminal channel. `shell` is the session's one lasting shell; `exec` runs a command that lives with the channel. */
export const TerminalParams = z.discriminatedUnion('mode', [
  z.strictObject({
    mode: z.literal('shell'),
    term: z.string().max(64).default('xterm-256color'),
    size: PtySize,
  }),
  z.strictObject({
    mode: z.literal('exec'),
    command: z.string().min(1).max(32768),
    pty: z.strictObject({ term: z.string().max(64), size: PtySize }).optional(),
  }),
]);
export type TerminalParams = z.infer<typeof TerminalParams>;

export function terminalHeader(kind: TerminalKind, length: number): Uint8Array {
  const header = new Uint8Array(TERMINAL_HEADER);
  header[0] = kind;
  new DataView(header.buffer).setUint32(1, length);
  return header;
}

/** Reads a header that starts `bytes` (at least TERMINAL_HEADER of them). @throws ProtocolViolation */
export function readTerminalHeader(bytes: Uint8Array): { kind: TerminalKind; length: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = view.getUint8(0);
  const length = view.getUint32(1);
  if (kind > 6) throw new ProtocolViolation(`terminal frame of unknown kind ${kind}`);
  if (length > MAX_TERMINAL_FRAME) throw new ProtocolViolation(`terminal frame of ${length} bytes`);
  return { kind: kind as TerminalKind, length };
}

export function encodeResize({ cols, rows }: PtySize): Uint8Array {
  return Uint8Array.of(cols >> 8, cols & 0xff, rows >> 8, rows & 0xff);
}

/** @throws ProtocolViolation */
export function decodeResize(body: Uint8Array): PtySize {
  if (body.length !== 4) throw new ProtocolViolation('resize frame is not 4 bytes');
  const view = new DataView(body.buffer, body.byteOffset, 4);
  const size = PtySize.safeParse({ cols: view.getUint16(0), rows: view.getUint16(2) });
  if (!size.success) throw new ProtocolViolation('resize to an impossible size');
  return size.data;
}

export interface TerminalExit {
  readonly status: number;
  readonly signal: string;
}

export function encodeExit({ status, signal }: TerminalExit): Uint8Array {
  const name = new TextEncoder().encode(signal);
  const body = new Uint8Array(4 + name.length);
  new DataView(body.buffer).setInt32(0, status);
  body.set(name, 4);
  return body;
}

/** @throws ProtocolViolation */
export function decodeExit(body: Uint8Array): TerminalExit {
  if (body.length < 4 || body.length > 68) throw new ProtocolViolation('exit frame of a wrong length');
  const status = new DataView(body.buffer, body.byteOffset, 4).getInt32(0);
  return { status, signal: new TextDecoder().decode(body.subarray(4)) };
}
