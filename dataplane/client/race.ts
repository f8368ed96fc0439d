/** QUIC first; where nothing comes of it, TCP beside it, and the first to answer has it (after RFC 8305). Web-standard APIs only. */
import type { Carrier, Connection } from '../transport/transport.ts';

/** How long QUIC is given before TCP is tried as well, milliseconds. */
export const TCP_AFTER_MS = 1_000;

export type DialCarrier<C extends Connection = Connection> = (
  carrier: Carrier,
  signal: AbortSignal,
) => Promise<C>;

/** @throws what QUIC failed with when neither answers: TCP's failure only says that there was no stand-in */
export async function dialFirst<C extends Connection>(dial: DialCarrier<C>, signal: AbortSignal): Promise<C> {
  const won = new AbortController();
  const both = AbortSignal.any([signal, won.signal]);
  let winner: C | undefined;
  const attempt = async (carrier: Carrier) => {
    const connection = await dial(carrier, both);
    // Who comes second, after all, is let go.
    if (winner) void connection.close(0, 'another way was faster');
    else winner = connection;
    won.abort();
    return connection;
  };
  const quic = attempt('quic');
  const tcp = (async () => {
    await Promise.race([quic.catch(() => {}), pause(TCP_AFTER_MS, both)]);
    both.throwIfAborted();
    return attempt('tcp');
  })();
  try {
    return await Promise.any([quic, tcp]);
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
