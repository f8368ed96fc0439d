/** SSH targets: a lasting shell, commands, files, and raw TCP to the server's port for people's own `ssh` with `ProxyCommand`. */
import type { Client as SshClient } from 'ssh2';
import { Refusal } from '../../../schema/refusal.ts';
import { TerminalParams } from '../../../schema/wire/terminal.ts';
import { connectTcp, joinTcp } from '../../channel/tcp-stream.ts';
import type { Adapter, PendingChannel, RemoteSession, TerminalTap } from '../adapter.ts';
import { connectSsh, type SshTarget } from './connect.ts';
import { joinCommand, startCommand } from './exec.ts';
import { serveFiles } from './files/files.ts';
import { ClipboardFilter } from './osc52.ts';
import { Shell } from './shell.ts';

export const sshAdapter: Adapter<'ssh'> = {
  open: async (target, credential, signal, tap) => {
    // A resource without a stored credential serves people who bring their own, over a `stream` channel.
    const ssh = credential ? await connectSsh(target, credential, signal) : undefined;
    return new SshSession(target, ssh, tap);
  },
};

class SshSession implements RemoteSession {
  readonly ended: Promise<string>;
  readonly #target: SshTarget;
  readonly #ssh: SshClient | undefined;
  readonly #end: (why: string) => void;
  readonly #tap: TerminalTap | undefined;
  #shell: Promise<Shell> | undefined;

  constructor(target: SshTarget, ssh: SshClient | undefined, tap: TerminalTap | undefined) {
    this.#target = target;
    this.#ssh = ssh;
    this.#tap = tap;
    const { promise, resolve } = Promise.withResolvers<string>();
    this.ended = promise;
    this.#end = resolve;
    ssh?.on('close', () => resolve('the target closed the connection'));
  }

  get lasting(): boolean {
    return this.#shell !== undefined;
  }

  async serve(pending: PendingChannel): Promise<void> {
    if (pending.channel === 'stream') {
      const socket = await connectTcp(this.#target.host, this.#target.port);
      return joinTcp(socket, pending.accept());
    }
    if (pending.channel === 'file_transfer') return serveFiles(this.#signedIn(), pending);
    if (pending.channel !== 'terminal') throw new Refusal('channel_not_allowed');
    const params = TerminalParams.safeParse(pending.params);
    if (!params.success) throw new Refusal('bad_request', 'these are not terminal parameters');
    // Who watches or shares has what the one in control began.
    if (pending.role === 'observer' && params.data.mode === 'exec') throw new Refusal('channel_not_allowed');
    const ssh = this.#signedIn();
    if (pending.role !== 'controller' && params.data.mode === 'shell' && !this.#shell)
      throw new Refusal('conflict', 'this session has no shell yet');
    if (params.data.mode === 'shell') {
      const shell = await this.#shellOf(ssh, params.data);
      return shell.attach(pending, params.data);
    }
    const channel = await startCommand(ssh, params.data);
    const { pty } = params.data;
    if (pty) this.#tap?.size(pty.size);
    // Without a terminal a command's output is data, byte for byte.
    const filter = pty && new ClipboardFilter();
    const shown = (bytes: Uint8Array) => filter?.pass(bytes, pending.clipboard?.receive === true) ?? bytes;
    return joinCommand(channel, pending.accept(), {
      maySend: pending.grant.send,
      shown,
      tap: this.#tap,
    });
  }

  async close(): Promise<void> {
    this.#ssh?.end();
  }

  #signedIn(): SshClient {
    if (this.#ssh) return this.#ssh;
    throw new Refusal('target_auth_failed', 'this resource has no stored credential: use ssh with --stdio');
  }

  #shellOf(ssh: SshClient, params: Extract<TerminalParams, { mode: 'shell' }>): Promise<Shell> {
    if (!this.#shell) {
      this.#shell = Shell.start(ssh, params, this.#tap);
      this.#shell.then(
        (shell) => void shell.ended.then(this.#end),
        () => {
          this.#shell = undefined;
        },
      );
    }
    return this.#shell;
  }
}
