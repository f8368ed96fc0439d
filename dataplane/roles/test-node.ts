/** For tests: the process of one node that a test may kill. Told by IPC what it is. */
import { Refusal } from '../../schema/refusal.ts';
import type { NodeRole } from '../../schema/roles.ts';
import type { Snapshot } from '../../schema/snapshot.ts';
import type { TlsIdentity } from '../quic/quic.ts';
import type { PeerMemory } from '../routing/peers.ts';
import { startEntry } from './entry.ts';
import { startRelay } from './relay.ts';
import type { RunningRole } from './role.ts';

export interface NodeStart {
  readonly role: NodeRole;
  readonly identity: TlsIdentity;
  readonly snapshot: Snapshot;
  readonly peers?: readonly PeerMemory[];
  readonly host: string;
}
export type ToNode =
  | ({ readonly type: 'start' } & NodeStart)
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly type: 'drain' }
  | { readonly type: 'report' };

const nothing = () => {};
const none = async (): Promise<never> => {
  throw new Refusal('unavailable');
};
let running: RunningRole | undefined;

async function receive(message: ToNode): Promise<void> {
  switch (message.type) {
    case 'start':
      running = await (message.role === 'relay' ? startRelay : startEntry)({
        ...message,
        publicTls: undefined,
        seal: undefined,
        listen: { host: message.host, port: 0, publicHost: undefined },
        control: {
          startSession: none,
          putPart: () => Promise.reject(new Error('no control plane')),
          report: none,
        },
        log: { debug: nothing, info: nothing, warn: nothing },
        now: Date.now,
      });
      process.send?.({ type: 'ready', endpoint: running.endpoint });
      return;
    case 'snapshot':
      return running?.update(message.snapshot);
    case 'drain':
      return running?.drain?.();
    case 'report':
      process.send?.({
        type: 'report',
        report: running?.network?.(),
        cpu: process.cpuUsage(),
        memory: process.memoryUsage.rss(),
      });
  }
}

process.on('message', (message) => void receive(message as ToNode));
process.once('disconnect', () => process.exit());
