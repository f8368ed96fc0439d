/** Attaching with a ticket: dials the entries, proves possession of the key, and waits for the service node's word. */
import type { EntryPoint, SessionTicket } from '../../schema/api/sessions.ts';
import { TRAFFIC_CLASS } from '../../schema/channel.ts';
import { ProtocolViolation, Refusal } from '../../schema/refusal.ts';
import { proveToken } from '../../schema/tokens/proof.ts';
import { AttachAnswer } from '../../schema/wire/attach.ts';
import { encodeMessage } from '../../schema/wire/message.ts';
import { messageHead, takeHead } from '../transport/head.ts';
import type { Connection } from '../transport/transport.ts';
import { Attachment } from './attachment.ts';

export type DialEntry = (entry: EntryPoint, signal: AbortSignal) => Promise<Connection>;

export interface AttachOptions {
  readonly dial: DialEntry;
  readonly signal?: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

const DIAL_MS = 8_000;
const ANSWER_MS = 40_000;

/** @throws Refusal: `no_entry` when none was reached, else what entry or service node said */
export async function attach(
  ticket: SessionTicket,
  keys: CryptoKeyPair,
  options: AttachOptions,
): Promise<Attachment> {
  const now = options.now ?? Date.now;
  const [proof, connection] = await Promise.all([
    proveToken(ticket.token, keys, now()),
    dialAny(ticket.entries, options),
  ]);
  try {
    const stream = await connection.openStream(TRAFFIC_CLASS.control);
    stream.write(encodeMessage({ type: 'attach', version: 1, token: ticket.token, proof }));
    const { value, stream: control } = await takeHead(stream, messageHead(AttachAnswer), ANSWER_MS);
    if (value.type === 'refused') throw new Refusal(value.code, value.message);
    return new Attachment(connection, control, value);
  } catch (error) {
    void connection.close(0, 'not attached');
    throw error instanceof ProtocolViolation
      ? new Refusal('unavailable', 'the entry node did not answer', { cause: error })
      : error;
  }
}

async function dialAny(entries: readonly EntryPoint[], { dial, signal }: AttachOptions): Promise<Connection> {
  let last: unknown;
  for (const entry of entries) {
    const timeout = AbortSignal.timeout(DIAL_MS);
    try {
      return await dial(entry, signal ? AbortSignal.any([signal, timeout]) : timeout);
    } catch (error) {
      signal?.throwIfAborted();
      last = error;
    }
  }
  throw new Refusal('no_entry', 'no entry node was reached: is UDP blocked on this network?', {
    cause: last,
  });
}
