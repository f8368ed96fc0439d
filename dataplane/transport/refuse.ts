/** Two ways to say no on a stream. */
import type { Refusal } from '../../schema/refusal.ts';
import { encodeMessage } from '../../schema/wire/message.ts';
import type { ByteStream } from './transport.ts';

/** With a code only: ends both halves at once. */
export function refuseStream(stream: ByteStream, code: number): void {
  stream.stop(code);
  stream.reset(code);
}

/** In words, where the other side reads an answer; then both halves end. */
export function answerRefusal(stream: ByteStream, refusal: Refusal): void {
  stream.write(encodeMessage({ type: 'refused', code: refusal.code, message: refusal.message }));
  stream.end();
  stream.stop(refusal.flowCode);
}
