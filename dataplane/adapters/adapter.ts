/**
 * A protocol adapter turns a session's channels into what its target speaks. It knows nothing of routes, links or tokens, and nothing else
 * knows its protocol. To add one: a folder here, its kind in `schema/resource.ts`, its line in `registry.ts`.
 */
import type { Channel, ChannelGrant } from '../../schema/channel.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { Credential, Protocol, Target } from '../../schema/resource.ts';
import type { AttachmentRole } from '../../schema/session-policy.ts';
import type { PtySize } from '../../schema/wire/terminal.ts';
import type { ByteStream } from '../transport/transport.ts';

/** A channel that a client wants. Until `accept` nothing was answered; a Refusal thrown before becomes the answer. */
export interface PendingChannel {
  readonly channel: Channel;
  /** As the client sent them: unchecked. */
  readonly params: unknown;
  readonly grant: ChannelGrant;
  /** What its client is in the session. An observer's `grant` lets it send nothing. */
  readonly role: AttachmentRole;
  /** What the policy says of this client's clipboard: for channels that can carry it in their own words. */
  readonly clipboard: ChannelGrant | undefined;
  /** Says yes and gives the channel's bytes. Once. */
  accept(): ByteStream;
}

/** What happens on a session's terminals, for whoever records it. Never waits and never throws: the terminal does not depend on it. */
export interface TerminalTap {
  /** A terminal begins, or has another size now. */
  size(size: PtySize): void;
  output(bytes: Uint8Array): void;
  input(bytes: Uint8Array): void;
}

/** What the remote side is while a session lives. */
export interface RemoteSession {
  /** Serves a channel for as long as it lasts. Rejects with a Refusal when it can not be had. */
  serve(pending: PendingChannel): Promise<void>;
  /** Something runs that must outlive its clients (a shell); without it the session ends with the last of them. */
  readonly lasting: boolean;
  /** The remote side ended by itself; resolves with why, in words for the person. */
  readonly ended: Promise<string>;
  close(): Promise<void>;
}

export interface Adapter<P extends Protocol = Protocol> {
  /** Reaches the target. @throws Refusal `target_*` */
  open(
    target: Extract<Target, { protocol: P }>,
    credential: Credential | undefined,
    signal: AbortSignal,
    tap?: TerminalTap,
  ): Promise<RemoteSession>;
}

export type Adapters = { readonly [P in Protocol]: Adapter<P> };

/**
 * Opens with the adapter that the target's protocol names. Where the target does not accept a credential, the one before it is tried: the target may not have learnt of the newest
 * yet. @param credentials newest first; none where the target needs none. @throws Refusal
 */
export async function openRemote(
  adapters: Adapters,
  target: Target,
  credentials: readonly Credential[],
  signal: AbortSignal,
  tap?: TerminalTap,
): Promise<RemoteSession> {
  const [newest, ...before] = credentials;
  try {
    return await openWith(adapters, target, newest, signal, tap);
  } catch (error) {
    if (!(error instanceof Refusal && error.code === 'target_auth_failed') || before.length === 0)
      throw error;
    return openRemote(adapters, target, before, signal, tap);
  }
}

function openWith(
  adapters: Adapters,
  target: Target,
  credential: Credential | undefined,
  signal: AbortSignal,
  tap: TerminalTap | undefined,
): Promise<RemoteSession> {
  switch (target.protocol) {
    case 'ssh':
      return adapters.ssh.open(target, credential, signal, tap);
    case 'tcp':
      return adapters.tcp.open(target, credential, signal, tap);
    case 'vnc':
      return adapters.vnc.open(target, credential, signal, tap);
  }
}
