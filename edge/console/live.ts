/** Live events in the page: says that something happened, and goes on after every break. What happened is then read from the API as always. */
import { STREAM_CLOSED } from '../../schema/events.ts';
import { readSse } from '../../schema/sse.ts';

const RETRY_MS = 3_000;

/** Opens the stream with a token that lives. @throws when it is refused or broken */
export type OpenStream = (signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>;

/** Calls `happened` once when connected and after each event, until aborted. */
export async function followEvents(
  open: OpenStream,
  happened: () => void,
  signal: AbortSignal,
  pause: (ms: number) => Promise<void> = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
): Promise<void> {
  while (!signal.aborted) {
    try {
      const body = await open(signal);
      // Whatever happened while there was no stream.
      happened();
      for await (const { event } of readSse(body)) {
        if (event === STREAM_CLOSED) break;
        if (event !== 'comment') happened();
      }
    } catch {
      // Refused, broken or aborted: tried again with a fresh token as long as the page wants it.
    }
    if (!signal.aborted) await pause(RETRY_MS);
  }
}
