/** Plain TCP targets: each `stream` channel is one connection to them. */
import { Refusal } from '../../../schema/refusal.ts';
import { connectTcp, joinTcp } from '../../channel/tcp-stream.ts';
import type { Adapter } from '../adapter.ts';

export const tcpAdapter: Adapter<'tcp'> = {
  open: async ({ host, port }) => ({
    lasting: false,
    ended: new Promise(() => {}),
    serve: async ({ channel, accept }) => {
      if (channel !== 'stream') throw new Refusal('channel_not_allowed');
      const socket = await connectTcp(host, port);
      await joinTcp(socket, accept());
    },
    close: async () => {},
  }),
};
