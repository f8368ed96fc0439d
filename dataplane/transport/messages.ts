/** A stream that carries messages only, one after the other, for as long as it lives. */
import type { z } from 'zod';
import { ProtocolViolation } from '../../schema/refusal.ts';
import { decodeMessage, encodeMessage, messageLength } from '../../schema/wire/message.ts';
import type { ByteStream } from './transport.ts';

export interface MessageHandlers<T> {
  message(message: T): void;
  /** The stream is over, or the peer broke the protocol. Called once. */
  ended(error: ProtocolViolation | undefined): void;
}

/** Observes the stream. @returns how to send */
export function exchangeMessages<S extends z.ZodType>(
  stream: ByteStream,
  schema: S,
  handlers: MessageHandlers<z.output<S>>,
): (message: object) => void {
  let bytes: Uint8Array = new Uint8Array();
  let over = false;
  const end = (error?: ProtocolViolation) => {
    if (over) return;
    over = true;
    handlers.ended(error);
  };
  const readable = () => {
    for (let chunk = stream.read(); chunk && !over; chunk = stream.read()) {
      const joined = new Uint8Array(bytes.length + chunk.length);
      joined.set(bytes);
      joined.set(chunk, bytes.length);
      bytes = joined;
      try {
        for (
          let length = messageLength(bytes);
          length !== undefined && bytes.length >= length && !over;
          length = messageLength(bytes)
        ) {
          const message = decodeMessage(schema, bytes.subarray(0, length));
          bytes = bytes.subarray(length);
          handlers.message(message);
        }
      } catch (error) {
        if (!(error instanceof ProtocolViolation)) throw error;
        end(error);
      }
    }
    if (stream.readableEnded) end();
  };
  stream.observe({
    readable,
    writable: () => {},
    reset: () => end(),
    stopped: () => {},
    closed: () => end(),
  });
  return (message) => {
    if (!over) stream.write(encodeMessage(message));
  };
}
