/**
 * A clipboard channel: texts, each way, each in pieces of its UTF-8 bytes. The last piece makes it whole, and it takes the place of what was there.
 *
 *   { type: 'piece', bytes, last }
 */
import { z } from 'zod';

export const CLIPBOARD_PIECE = 32_000;
/** Longest text, bytes, unless the two ends are told otherwise. */
export const MAX_CLIPBOARD = 64 * 1024;

export const ClipboardPiece = z.strictObject({
  type: z.literal('piece'),
  bytes: z.instanceof(Uint8Array).refine(({ length }) => length <= CLIPBOARD_PIECE),
  last: z.boolean(),
});
