/** The relay: a flow comes in, the same flow goes out one hop further. It holds streams it cannot read. */

import { Refusal } from '../../schema/refusal.ts';
import type { FlowOpen } from '../../schema/wire/flow.ts';
import { MAX_RELAYS } from '../../schema/wire/link.ts';
import type { FlowStream } from '../link/flow-stream.ts';
import type { Link } from '../link/link.ts';
import { OpaqueStream } from '../transport/opaque.ts';
import { Mesh } from './mesh.ts';
import type { RoleContext, RunningRole } from './role.ts';

export async function startRelay(context: RoleContext): Promise<RunningRole> {
  let forwarded = 0;
  let live = 0;
  let refused = 0;

  const forward = async (open: FlowOpen, arrived: FlowStream, link: Link): Promise<void> => {
    const flow = new OpaqueStream(arrived);
    try {
      if (open.via.length > MAX_RELAYS) throw new Refusal('no_route', 'the path is too long');
      if (open.via.at(-1) !== link.peer) throw new Refusal('no_route', 'a flow that hides where it was');
      const sent = await mesh.openFlow(open);
      const onward = new OpaqueStream(sent);
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
    flow: (_from, open, stream, link) => void forward(open, stream, link),
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
      flows_moved_total: mesh.flowsMoved,
    }),
    drain: () => mesh.drain(),
    network: () => mesh.report(),
    close: () => mesh.close(),
  };
}
