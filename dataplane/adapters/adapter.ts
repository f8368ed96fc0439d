/**
 * A protocol adapter turns a session's channels into what its target speaks. It knows nothing of routes, links or tokens, and nothing else
 * knows its protocol. To add one: a folder here, its kind in `schema/resource.ts`, its line in `registry.ts`.
 */
import type { Channel, ChannelGrant } from '../../schema/channel.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { Credential, Protocol, Target } from '../../schema/resource.ts';
import type { ByteStream } from '../transport/transport.ts';

/** A channel that a client wants. Until `accept` nothing was answered; a Refusal thrown before becomes the answer. */
export interface PendingChannel {
  readonly channel: Channel;
  /** As the client sent them: unchecked. */
  readonly params: unknown;
  readonly grant: ChannelGrant;
  /** Says yes and gives the channel's bytes. Once. */
  accept(): ByteStream;
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
): Promise<RemoteSession> {
  const [newest, ...before] = credentials;
  try {
    return await openWith(adapters, target, newest, signal);
  } catch (error) {
    if (!(error instanceof Refusal && error.code === 'target_auth_failed') || before.length === 0)
      throw error;
    return openRemote(adapters, target, before, signal);
  }
}

function openWith(
  adapters: Adapters,
  target: Target,
  credential: Credential | undefined,
  signal: AbortSignal,
): Promise<RemoteSession> {
  switch (target.protocol) {
    case 'ssh':
      return adapters.ssh.open(target, credential, signal);
    case 'tcp':
      return adapters.tcp.open(target, credential, signal);
    case 'vnc':
      return adapters.vnc.open(target, credential, signal);
  }
}
