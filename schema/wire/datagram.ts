/**
 * A sealed datagram: what a channel says beside its stream, where the newest counts and not the whole. Any may be lost, come twice, or come late.
 *
 *   u48 number     counts the datagrams of this channel and direction; the nonce, good once
 *   sealed         AES-256-GCM of the body
 *
 * Keys are other ones than the channel's records have. With each are authenticated (never sent): u32 channel, u8 direction, u64 number.
 */
import { RECORD_TAG, readU48 } from './record.ts';

/** The number in front, bytes. */
export const DATAGRAM_HEADER = 6;
/** What sealing adds to a body, bytes. */
export const DATAGRAM_OVERHEAD = DATAGRAM_HEADER + RECORD_TAG;
/** The number after the last. */
export const DATAGRAM_NUMBERS = 2 ** 48;

/** @returns undefined when it is too short to be one */
export function datagramNumber(datagram: Uint8Array): number | undefined {
  return datagram.length < DATAGRAM_OVERHEAD ? undefined : readU48(datagram, 0);
}
