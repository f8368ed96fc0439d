/** What the status line says. */
import type { Carrier } from '../../../../dataplane/client/attachment.ts';

/** `entry, 1 relay`; over TCP it says so: UDP is blocked somewhere, and everything is slower. */
export function pathText(relays: number, carrier: Carrier): string {
  const hops = relays === 0 ? 'direct' : `${relays} relay${relays === 1 ? '' : 's'}`;
  return `entry, ${hops}${carrier === 'tcp' ? ', over TCP' : ''}`;
}

export function rttText(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}
