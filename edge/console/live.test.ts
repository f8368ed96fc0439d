import { expect, test } from 'vitest';
import { followEvents } from './live.ts';

function stream(...texts: string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const text of texts) controller.enqueue(new TextEncoder().encode(text));
      controller.close();
    },
  });
}

test('tells of each event, not of heartbeats, and goes on after a break, a refusal and an end', async () => {
  const stop = new AbortController();
  const answers = [
    () => stream(': alive\n\n', 'event: session.open\ndata: {}\n\n', 'event: session.end\ndata: {}\n\n'),
    () => {
      throw new Error('refused');
    },
    () => stream('event: closed\ndata: {"code":"token_expired"}\n\n', 'event: session.open\ndata: {}\n\n'),
    () => stream('event: resync\ndata: {}\n\n'),
  ];
  let told = 0;
  let pauses = 0;
  await followEvents(
    async () => {
      const answer = answers.shift();
      if (!answer) throw new Error('over');
      return answer();
    },
    () => {
      told += 1;
    },
    stop.signal,
    async () => {
      pauses += 1;
      if (pauses === 5) stop.abort();
    },
  );
  // Connected, two events; connected and closed; connected, resync.
  expect(told).toBe(3 + 1 + 2);
});
