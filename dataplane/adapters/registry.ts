/** One line per protocol; the compiler asks for it. */
import type { Adapters } from './adapter.ts';
import { sshAdapter } from './ssh/ssh.ts';
import { tcpAdapter } from './tcp/tcp.ts';
import { vncAdapter } from './vnc/vnc.ts';

export const ADAPTERS: Adapters = { ssh: sshAdapter, tcp: tcpAdapter, vnc: vncAdapter };
