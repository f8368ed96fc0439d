/** The same port over TCP, for neighbours whose network blocks UDP (`tunnel/`). */
import type { QuicEndpoint, TlsIdentity } from '../quic/quic.ts';
import type { Log } from '../sessions/control.ts';
import { serveTunnels, type TunnelServer } from '../tunnel/serve.ts';

export interface TcpDoorOptions {
  readonly endpoint: QuicEndpoint;
  readonly host: string;
  readonly identity: TlsIdentity;
  readonly permitted: (leaf: Uint8Array) => boolean;
  readonly log: Log;
}

/** @returns undefined when TCP can't be had: without it the node still serves all others */
export async function openTcpDoor(options: TcpDoorOptions): Promise<TunnelServer | undefined> {
  const { endpoint, host, identity, permitted, log } = options;
  const { address, port } = endpoint;
  const target = { host: address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address, port };
  try {
    return await serveTunnels({ host, port, identity, permitted, target });
  } catch (error) {
    log.warn(
      { port, reason: String(error) },
      'TCP is not served: neighbours whose network blocks UDP stay outside',
    );
    return undefined;
  }
}
