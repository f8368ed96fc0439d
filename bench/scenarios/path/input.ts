/** Round trips on the control channel, client to service node and back: what a keystroke meets before any shell does. */
import { attach } from '../../../dataplane/client/attach.ts';
import { nodeAead, nodeDialer } from '../../../dataplane/client/node.ts';
import type { Fabric } from '../../../test/fabric.ts';
import { timeRounds } from '../../samples.ts';

/** Milliseconds per round trip. */
export async function timeInput(fabric: Fabric, rounds: number, pauseMs: number): Promise<number[]> {
  const { ticket, keys } = await fabric.ticket('demo-shell');
  const attachment = await attach(ticket, keys, { dial: nodeDialer('quic'), aead: nodeAead });
  try {
    return await timeRounds(rounds, async () => void (await attachment.ping()), pauseMs);
  } finally {
    await attachment.terminate();
  }
}
