/** What the status line says. */

/** `entry, 1 relay` */
export function pathText(relays: number): string {
  if (relays === 0) return 'entry, direct';
  return `entry, ${relays} relay${relays === 1 ? '' : 's'}`;
}

export function rttText(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}
