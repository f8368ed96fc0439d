/** Dials `--connections` to `--port` and keeps them. Each shows a certificate, as nodes do. */
import { parseArgs } from 'node:util';
import { bindEndpoint } from '../../dataplane/quic/endpoint.ts';
import type { QuicConnection } from '../../dataplane/quic/quic.ts';
import { testAuthority } from '../../dataplane/quic/test-identity.ts';
import { answerParent } from './process.ts';

const AT_A_TIME = 32;
const { values } = parseArgs({
  options: { connections: { type: 'string', default: '0' }, port: { type: 'string', default: '0' } },
});
const [wanted, port] = [Number(values.connections), Number(values.port)];
const identity = await (await testAuthority()).issue('fabric://soak/client');
const endpoint = await bindEndpoint();
const kept: QuicConnection[] = [];

answerParent(async () => {
  let started = 0;
  const dialing = async () => {
    while (started < wanted) {
      started += 1;
      kept.push(
        await endpoint.dial({ host: '127.0.0.1', port, alpn: 'soak/1', identity, verify: () => true }),
      );
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, dialing));
  return kept.length;
});
process.send?.('ready');
