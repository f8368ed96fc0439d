/** One command (RFC 4254 section 6.5): standard streams byte for byte, its exit status last. It dies with its channel. */
import type { ClientChannel, PseudoTtyOptions, Client as SshClient } from 'ssh2';
import { FLOW_CANCELLED, ProtocolViolation, Refusal } from '../../../schema/refusal.ts';
import {
  decodeResize,
  encodeExit,
  TERMINAL_KIND,
  type TerminalKind,
  type TerminalParams,
} from '../../../schema/wire/terminal.ts';
import { TerminalReader, writeFrame } from '../../channel/terminal-frames.ts';
import type { ByteStream } from '../../transport/transport.ts';
import type { TerminalTap } from '../adapter.ts';

type ExecParams = Extract<TerminalParams, { mode: 'exec' }>;

export function startCommand(ssh: SshClient, { command, pty }: ExecParams): Promise<ClientChannel> {
  const options: { pty?: PseudoTtyOptions } = pty
    ? { pty: { term: pty.term, ...pty.size, width: 0, height: 0 } }
    : {};
  return new Promise((resolve, reject) => {
    ssh.exec(command, options, (error, channel) => {
      if (error) reject(new Refusal('target_refused', 'the target does not run commands', { cause: error }));
      else resolve(channel);
    });
  });
}

/** Resolves when both the command and its channel are over. */
export interface CommandOutput {
  readonly maySend: boolean;
  /** What its client is shown of it. */
  readonly shown: (output: Uint8Array) => Uint8Array;
  readonly tap: TerminalTap | undefined;
}

export function joinCommand(
  channel: ClientChannel,
  stream: ByteStream,
  { maySend, shown, tap }: CommandOutput,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const output = (kind: TerminalKind) => (bytes: Uint8Array) => {
    tap?.output(bytes);
    if (writeFrame(stream, kind, bytes)) return;
    channel.pause();
    channel.stderr.pause();
  };
  const show = output(TERMINAL_KIND.data);
  channel.on('data', (bytes: Buffer) => {
    const rest = shown(bytes);
    if (rest.length > 0) show(rest);
  });
  channel.stderr.on('data', output(TERMINAL_KIND.stderr));
  // ssh2 ends a channel when standard output was read; standard error may still be held back.
  const errors = new Promise((read) => channel.stderr.once('end', read).once('close', read));
  // 'exit' may have been and gone before anybody could listen, where the target says all in one packet; 'close' comes last and says it too.
  channel.on('close', (status?: number | null, signal?: string) => {
    void errors.then(() => {
      // ssh2 puts SIG before the name that RFC 4254 section 6.10 gives without it.
      const exit = { status: status ?? 255, signal: signal?.replace(/^SIG/, '') ?? '' };
      writeFrame(stream, TERMINAL_KIND.exit, encodeExit(exit));
      stream.end();
      stream.stop(FLOW_CANCELLED);
      resolve();
    });
  });

  const frames = new TerminalReader((kind, body) => {
    if (!maySend) return;
    if (kind === TERMINAL_KIND.data) {
      tap?.input(body);
      channel.write(body);
    } else if (kind === TERMINAL_KIND.eof) channel.end();
    else if (kind === TERMINAL_KIND.signal) channel.signal(new TextDecoder().decode(body));
    else if (kind === TERMINAL_KIND.resize) {
      const { cols, rows } = decodeResize(body);
      tap?.size({ cols, rows });
      channel.setWindow(rows, cols, 0, 0);
    }
  });
  const take = () => {
    try {
      while (!channel.writableNeedDrain) {
        const chunk = stream.read();
        if (!chunk) break;
        frames.push(chunk);
      }
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      kill();
    }
  };
  const kill = () => {
    channel.signal('HUP');
    channel.close();
  };
  channel.on('drain', take);
  stream.observe({
    readable: take,
    writable: () => {
      channel.resume();
      channel.stderr.resume();
    },
    reset: kill,
    stopped: kill,
    closed: () => {},
  });
  return promise;
}
