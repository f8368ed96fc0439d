/** Dials an entry from Node. */
import { base64url } from 'jose';
import type { EntryPoint } from '../../schema/api/sessions.ts';
import type { Carrier, Connection } from '../transport/transport.ts';
import { webTransportConnection } from '../transport/webtransport.ts';
import { dialWebTransport } from '../webtransport/webtransport.ts';
import type { DialEntry } from './attach.ts';
import { dialFirst } from './race.ts';

/** @param over only this; both are tried without it */
export function nodeDialer(over?: Carrier): DialEntry {
  return async ({ url, certificateHashes }: EntryPoint, signal: AbortSignal): Promise<Connection> => {
    const hashes = certificateHashes.map((hash) => base64url.decode(hash));
    const dial = async (carrier: Carrier, given: AbortSignal) =>
      webTransportConnection(
        await dialWebTransport(url, { certificateHashes: hashes, carrier, signal: given }),
      );
    return over === undefined ? dialFirst(dial, signal) : dial(over, signal);
  };
}
