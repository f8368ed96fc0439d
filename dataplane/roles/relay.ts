/** The relay: a flow comes in, the same flow goes out one hop further. It holds streams it cannot read. */

import type { NodeId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { FlowOpen } from '../../schema/wire/flow.ts';
import { MAX_RELAYS } from '../../schema/wire/link.ts';
import { OpaqueStream } from '../transport/opaque.ts';
import { Mesh } from './mesh.ts';
import type { RoleContext, RunningRole } from './role.ts';

export async function startRelay(context: RoleContext): Promise<RunningRole> {
  let forwarded = 0;
  let live = 0;
  let refused = 0;

  const forward = async (from: NodeId, open: FlowOpen, flow: OpaqueStream): Promise<void> => {
    try {
      if (open.hops >= MAX_RELAYS) throw new Refusal('no_route', 'the path is too long');
      const onward = new OpaqueStream(await mesh.openFlow(open.to, open.class, open.hops + 1, from));
      forwarded += 1;
      live += 1;
      OpaqueStream.splice(flow, onward, () => {
        live -= 1;
      });
    } catch (error) {
      refused += 1;
      flow.refuse((error instanceof Refusal ? error : new Refusal('internal')).flowCode);
    }
  };

  const mesh = await Mesh.start({
    context,
    announces: true,
    flow: (from, open, stream) => void forward(from, open, new OpaqueStream(stream)),
  });
  return {
    endpoint: mesh.endpoint,
    update: (snapshot) => mesh.update(snapshot),
    setIdentity: (identity) => mesh.setIdentity(identity),
    sessions: () => [],
    endSession: () => {},
    metrics: () => ({
      links_up: mesh.linksUp,
      links_over_tcp: mesh.linksOverTcp,
      flows_live: live,
      flows_forwarded_total: forwarded,
      flows_refused_total: refused,
    }),
    close: () => mesh.close(),
  };
}
