/**
 * The kinds of traffic in a session, and the strict order in which they get the wire.
 * `stream` is one TCP connection's bytes (`tcp`, `http` and raw `ssh` resources).
 */
import { z } from 'zod';

export const CHANNELS = [
  'control',
  'input',
  'terminal',
  'render',
  'clipboard',
  'stream',
  'file_transfer',
  'vpn_packets',
  'telemetry',
] as const;

export const Channel = z.enum(CHANNELS);
export type Channel = z.infer<typeof Channel>;

/** 0 is served first. Within one class the writer is fair. */
export type TrafficClass = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

export const LOWEST_CLASS = 7 satisfies TrafficClass;

export const TRAFFIC_CLASS: Readonly<Record<Channel, TrafficClass>> = {
  control: 0,
  input: 0,
  terminal: 1,
  render: 2,
  clipboard: 3,
  stream: 4,
  file_transfer: 5,
  vpn_packets: 6,
  telemetry: 7,
};

/** Those that may have datagrams beside their stream: there the newest counts. */
export const DATAGRAM_CHANNELS: ReadonlySet<string> = new Set<Channel>([
  'input',
  'render',
  'vpn_packets',
  'telemetry',
]);

/** Those that carry a state (`wire/latest.ts`): who receives its contents acknowledges them, by datagrams as well. */
export const LATEST_CHANNELS: ReadonlySet<Channel> = new Set(['render', 'telemetry']);

/** What a token allows on one channel, seen from the client. */
export const ChannelGrant = z.strictObject({ send: z.boolean(), receive: z.boolean() });
export type ChannelGrant = z.infer<typeof ChannelGrant>;

export const ChannelGrants = z.partialRecord(Channel, ChannelGrant);
export type ChannelGrants = z.infer<typeof ChannelGrants>;
