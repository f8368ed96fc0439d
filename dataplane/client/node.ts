/** Dials an entry from Node. */
import { isIP } from 'node:net';
import { base64url } from 'jose';
import type { EntryPoint } from '../../schema/api/sessions.ts';
import { nodeAead } from '../channel/node-aead.ts';
import type { Carrier, Connection } from '../transport/transport.ts';
import { webTransportConnection } from '../transport/webtransport.ts';
import { dialWebTransport } from '../webtransport/webtransport.ts';
import type { DialEntry } from './attach.ts';
import { dialFirst } from './race.ts';

export { nodeAead };

/** @param over only this; both are tried without it */
export function nodeDialer(over?: Carrier): DialEntry {
  return async ({ url, certificateHashes }: EntryPoint, signal: AbortSignal): Promise<Connection> => {
    const hashes = certificateHashes.map((hash) => base64url.decode(hash));
    const dial = async (carrier: Carrier, given: AbortSignal) => {
      const session = await dialWebTransport(url, {
        certificateHashes: hashes,
        carrier,
        signal: given,
      }).catch((error: unknown) => {
        // Over TCP an entry may show what browsers trust for its name, instead of what it shows over QUIC.
        if (carrier === 'quic' || isIP(new URL(url).hostname.replace(/^\[|\]$/g, ''))) throw error;
        return dialWebTransport(url, { certificateHashes: [], carrier, signal: given });
      });
      return webTransportConnection(session);
    };
    return over === undefined ? dialFirst(dial, signal) : dial(over, signal);
  };
}
