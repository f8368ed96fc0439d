/** The service node: flows end here, in sessions. */
import { Refusal } from '../../schema/refusal.ts';
import { dataPlaneVerifier } from '../../schema/tokens/data-plane.ts';
import type { Adapters } from '../adapters/adapter.ts';
import { ADAPTERS } from '../adapters/registry.ts';
import { importDhKeys } from '../channel/noise.ts';
import { SessionHost } from '../sessions/host.ts';
import { refuseStream } from '../transport/refuse.ts';
import { Mesh } from './mesh.ts';
import type { RoleContext, RunningRole } from './role.ts';

export async function startService(
  context: RoleContext,
  adapters: Adapters = ADAPTERS,
): Promise<RunningRole> {
  const { snapshot, control, log, now, seal } = context;
  if (!seal) throw new Error('a service node seals with its clients: it needs a key for that');
  const sealKeys = await importDhKeys(seal.pkcs8, seal.publicKey);
  let verify = dataPlaneVerifier(snapshot.cluster, snapshot.signingKeys, snapshot.epoch);
  const host = new SessionHost({
    node: snapshot.node,
    sealKeys,
    adapters,
    verify: (token, at, use) => verify(token, at, use),
    control,
    log,
    now,
  });
  const mesh = await Mesh.start({
    context,
    announces: false,
    flow: (_from, open, stream) => {
      if (open.to === snapshot.node) host.serve(stream, open.via.length - 1);
      else refuseStream(stream, new Refusal('no_route').flowCode);
    },
  });
  return {
    endpoint: undefined,
    update: (next) => {
      verify = dataPlaneVerifier(next.cluster, next.signingKeys, next.epoch);
      mesh.update(next);
    },
    setIdentity: (identity) => mesh.setIdentity(identity),
    sessions: () => host.held(),
    endSession: (id) => host.end(id, 'ended by its owner'),
    metrics: () => ({
      links_up: mesh.linksUp,
      links_over_tcp: mesh.linksOverTcp,
      ...host.metrics(),
      ...host.bandwidth(),
    }),
    network: () => mesh.report(),
    close: async () => {
      await host.close();
      await mesh.close();
    },
  };
}
