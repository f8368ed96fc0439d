/** Standard streams and a channel, joined with backpressure both ways. */
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import type { TerminalChannel, TerminalObserver } from '../../dataplane/client/terminal.ts';
import type { ByteStream } from '../../dataplane/transport/transport.ts';
import { FLOW_CANCELLED, type Refusal, refusalOfFlowCode } from '../../schema/refusal.ts';
import type { TerminalExit } from '../../schema/wire/terminal.ts';

export type Outcome = { readonly exit: TerminalExit } | { readonly lost: Refusal };

/** An observer that writes to standard output and error and holds the sender back while they are full. */
export function outputObserver(
  channel: () => TerminalChannel | undefined,
  stdout: Writable,
  stderr: Writable,
  input: () => Readable | undefined,
): { observer: TerminalObserver; outcome: Promise<Outcome> } {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const full = new Set<Writable>();
  const write = (to: Writable, bytes: Uint8Array) => {
    if (to.write(bytes) || full.has(to)) return;
    full.add(to);
    channel()?.pause();
    to.once('drain', () => {
      full.delete(to);
      if (full.size === 0) channel()?.resume();
    });
  };
  const observer: TerminalObserver = {
    data: (bytes) => write(stdout, bytes),
    stderr: (bytes) => write(stderr, bytes),
    screen: (bytes) => {
      // RIS (ECMA-48 8.3.105): the terminal starts afresh.
      write(stdout, new TextEncoder().encode('\x1bc'));
      write(stdout, bytes);
    },
    exit: (exit) => resolve({ exit }),
    writable: () => input()?.resume(),
    lost: (lost) => resolve({ lost }),
  };
  return { observer, outcome: promise };
}

/** Sends what is read to the channel, then end-of-file. */
export function pumpInput(
  input: Readable,
  channel: TerminalChannel,
  transform: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes,
): void {
  input.on('data', (chunk: Buffer) => {
    const bytes = transform(chunk);
    if (bytes.length > 0 && !channel.write(bytes)) input.pause();
  });
  input.once('end', () => channel.eof());
  input.once('error', () => channel.eof());
}

/** Joins a raw stream with a pair of Node streams; resolves when both directions are over. Rejects with a Refusal when it was cut. */
export function joinStream(stream: ByteStream, input: Readable, output: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    const take = () => {
      while (!output.writableNeedDrain) {
        const chunk = stream.read();
        if (!chunk) break;
        output.write(chunk);
      }
      if (stream.readableEnded) output.end();
    };
    output.on('drain', take);
    input.on('data', (chunk: Buffer) => {
      if (!stream.write(chunk)) input.pause();
    });
    input.once('end', () => stream.end());
    input.once('error', () => stream.reset(FLOW_CANCELLED));
    output.once('error', () => stream.stop(FLOW_CANCELLED));
    stream.observe({
      readable: take,
      writable: () => input.resume(),
      reset: (code) => {
        // Who reads must not take a connection that was cut for one that ended.
        if (output instanceof Socket) output.resetAndDestroy();
        else output.destroy();
        reject(refusalOfFlowCode(code));
      },
      stopped: () => input.destroy(),
      closed: () => {
        if (!output.writableEnded) output.end();
        resolve();
      },
    });
  });
}
