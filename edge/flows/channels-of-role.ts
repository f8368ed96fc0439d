/** What of the channels that somebody may have goes with what they are in a session. Pure. */
import { CHANNELS, type Channel, type ChannelGrants } from '../../schema/channel.ts';
import type { AttachmentRole } from '../../schema/session-policy.ts';

/** What there is to look at. */
const SHOWN: readonly Channel[] = ['terminal', 'render'];

/** Observers receive what is shown and send nothing but on the control channel. */
export function channelsOfRole(role: AttachmentRole, allowed: ChannelGrants): ChannelGrants {
  if (role !== 'observer') return allowed;
  const seen: ChannelGrants = {};
  for (const channel of CHANNELS) {
    const grant = allowed[channel];
    if (channel === 'control' && grant) seen[channel] = grant;
    else if (grant?.receive && SHOWN.includes(channel)) seen[channel] = { send: false, receive: true };
  }
  return seen;
}
