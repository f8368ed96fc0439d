/** What several grants allow together. */
import { CHANNELS, type ChannelGrants } from '../../../schema/channel.ts';

/** A direction is allowed when any grant allows it. */
export function mergeGrants(a: ChannelGrants, b: ChannelGrants): ChannelGrants {
  const merged: ChannelGrants = {};
  for (const channel of CHANNELS) {
    const left = a[channel];
    const right = b[channel];
    if (!left && !right) continue;
    merged[channel] = {
      send: (left?.send ?? false) || (right?.send ?? false),
      receive: (left?.receive ?? false) || (right?.receive ?? false),
    };
  }
  return merged;
}
