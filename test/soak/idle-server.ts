/** Listens, and answers `settle` when garbage is collected: all that is left then is what its connections cost. */
import { bindEndpoint } from '../../dataplane/quic/endpoint.ts';
import type { QuicConnection } from '../../dataplane/quic/quic.ts';
import { testAuthority } from '../../dataplane/quic/test-identity.ts';
import { answerParent, collectGarbage } from './process.ts';

const identity = await (await testAuthority()).issue('fabric://soak/server');
const endpoint = await bindEndpoint();
const connections = new Set<QuicConnection>();
endpoint.listen({
  identity,
  alpn: ['soak/1'],
  accept: () => true,
  connection: (connection) => {
    connections.add(connection);
    void connection.closed.then(() => connections.delete(connection));
    connection.observe({ stream: () => {}, datagrams: () => {}, closed: () => {} });
  },
});
answerParent((question) => {
  if (question === 'settle') collectGarbage();
  return endpoint.stats().connections;
});
process.send?.(endpoint.port);
