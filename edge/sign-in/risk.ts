/**
 * How much a sign-in looks like somebody else. Pure: the flow gathers the signals and acts on the answer. A known device counts in a
 * person's favour; it never opens anything by itself.
 */

export interface Signals {
  /** The device showed no key, or one that was not seen with this person before. */
  readonly newDevice: boolean;
  /** Where the last sign-in came from, and this one; null when the edge does not say. */
  readonly lastRegion: string | null;
  readonly region: string | null;
  /** Milliseconds since the last sign-in was seen. */
  readonly sinceLast: number;
  /** Milliseconds since a refresh token of this person came back a second time; Infinity for never. */
  readonly sinceReuse: number;
}

export type RiskReason = 'new_device' | 'region_changed_fast' | 'token_reused';
export interface Risk {
  readonly verdict: 'ok' | 'second_factor' | 'refuse';
  readonly reasons: readonly RiskReason[];
}

/** Nobody crosses a border of regions faster than this. */
export const TRAVEL_MS = 2 * 3600_000;
/** How long a stolen token casts doubt. */
export const REUSE_MS = 24 * 3600_000;

export function assessRisk({ newDevice, lastRegion, region, sinceLast, sinceReuse }: Signals): Risk {
  const travelled = lastRegion !== null && region !== null && lastRegion !== region && sinceLast < TRAVEL_MS;
  const reused = sinceReuse < REUSE_MS;
  const reasons: RiskReason[] = [
    ...(newDevice ? (['new_device'] as const) : []),
    ...(travelled ? (['region_changed_fast'] as const) : []),
    ...(reused ? (['token_reused'] as const) : []),
  ];
  if (newDevice && travelled && reused) return { verdict: 'refuse', reasons };
  return { verdict: newDevice && (travelled || reused) ? 'second_factor' : 'ok', reasons };
}
