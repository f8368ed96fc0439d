import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { LIVE_CLOSE } from '../../schema/api/node-live.ts';
import { Refusal } from '../../schema/refusal.ts';
import { NodeLive } from './node-live.ts';

afterEach(() => vi.useRealTimers());

const EMPTY = { endpoints: [], sessions: [] };
const BEAT = JSON.stringify(EMPTY);

function live(beat: () => Promise<{ snapshotVersion: number; end: [] }>, version = async () => 3) {
  const sent: string[] = [];
  const closed: number[] = [];
  const socket = {
    send: (text: string) => void sent.push(text),
    close: (code: number) => void closed.push(code),
  };
  return { sent, closed, node: new NodeLive({ socket, beat, version, random: () => 0.5 }) };
}
const answer = (snapshotVersion: number) => async () => ({ snapshotVersion, end: [] as [] });

test('what is the same as before is said in no words, both ways, and what is another in full', async () => {
  const answers = [3, 3, 4];
  const heard: unknown[] = [];
  const { node, sent } = live(async () => {
    heard.push(1);
    return { snapshotVersion: answers.shift() ?? 0, end: [] };
  });
  for (const text of [BEAT, '', '']) await node.heard(text);
  expect(sent).toEqual([
    JSON.stringify({ snapshotVersion: 3, end: [] }),
    '',
    JSON.stringify({ snapshotVersion: 4, end: [] }),
  ]);
  expect(heard).toHaveLength(3);
  node.gone();
});

test('news of a newer snapshot come unasked', async () => {
  let version = 3;
  const { node, sent } = live(answer(3), async () => version);
  await node.heard(BEAT);
  version = 4;
  await expect
    .poll(() => sent.at(-1), { timeout: 5_000 })
    .toBe(JSON.stringify({ snapshotVersion: 4, end: [] }));
  node.gone();
});

test('nonsense, a first message without words, and two at once end it', async () => {
  for (const texts of [['no'], [''], [JSON.stringify({ ...EMPTY, more: 1 })], [BEAT, BEAT]]) {
    const { node, closed, sent } = live(() => sleep(20).then(answer(3)));
    await Promise.all(texts.map((text) => node.heard(text)));
    expect(closed).toEqual([LIVE_CLOSE.protocol]);
    expect(sent).toEqual([]);
  }
});

test('a node that was revoked is let go at its next heartbeat', async () => {
  const { node, closed } = live(() => Promise.reject(new Refusal('token_invalid')));
  await node.heard(BEAT);
  expect(closed).toEqual([LIVE_CLOSE.refused]);
});

test('one that is silent for 40 seconds, or has lived for an hour, has to come again', async () => {
  vi.useFakeTimers();
  const { closed } = live(answer(3));
  await vi.advanceTimersByTimeAsync(39_000);
  expect(closed).toEqual([]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(closed).toEqual([LIVE_CLOSE.again]);
  const busy = live(answer(3));
  for (let minutes = 0; minutes < 61 * 2; minutes += 1) {
    await busy.node.heard(BEAT);
    await vi.advanceTimersByTimeAsync(30_000);
  }
  expect(busy.closed).toEqual([LIVE_CLOSE.again]);
});
