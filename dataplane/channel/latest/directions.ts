/**
 * Directions of a state's channel, kept by the service node before any adapter has it: who may not send contents may acknowledge those it receives, and
 * the other way round. An entry can only count (`one-way.ts`); here it is read.
 */
import type { ChannelGrant } from '../../../schema/channel.ts';
import { ProtocolViolation } from '../../../schema/refusal.ts';
import { decodePacket } from '../../../schema/wire/latest.ts';
import type { ByteStream } from '../../transport/transport.ts';
import { GatedDatagrams, GatedStream } from '../gates.ts';
import { PacketFrames } from './frames.ts';

/** Contents that may not be sent end the channel (by datagram they are lost); what may not be received is not sealed. */
export function acknowledgeOnly(stream: ByteStream, grant: ChannelGrant): ByteStream {
  if (grant.send && grant.receive) return stream;
  const { datagrams } = stream;
  const frames = new PacketFrames();
  const onStream = (chunk: Uint8Array) => frames.push(chunk).every(isAcknowledgement);
  const gates = (limited: (chunk: Uint8Array) => boolean) =>
    grant.send ? { read: () => true, write: limited } : { read: limited, write: () => true };
  return new GatedStream(stream, gates(onStream), {
    drops: grant.send,
    datagrams: datagrams && new GatedDatagrams(datagrams, gates(isAcknowledgement)),
  });
}

function isAcknowledgement(packet: Uint8Array): boolean {
  try {
    return decodePacket(packet).number === undefined;
  } catch (error) {
    if (error instanceof ProtocolViolation) return false;
    throw error;
  }
}
