import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { LIVE_CLOSE, type LiveNews } from '../../schema/api/node-live.ts';
import { Refusal } from '../../schema/refusal.ts';
import { NodeLive, type NodeLiveOptions } from './node-live.ts';

afterEach(() => vi.useRealTimers());

const EMPTY = { endpoints: [], sessions: [] };
const BEAT = JSON.stringify(EMPTY);

type Answer = { snapshotVersion: number; epoch: number; end: [] };
const never = () => new Promise<LiveNews>(() => {});

function live(beat: () => Promise<Answer>, news: NodeLiveOptions['news'] = never) {
  const sent: string[] = [];
  const closed: number[] = [];
  const socket = {
    send: (text: string) => void sent.push(text),
    close: (code: number) => void closed.push(code),
  };
  return { sent, closed, node: new NodeLive({ socket, beat, news, random: () => 0.5 }) };
}
const said = (snapshotVersion: number, epoch = 1): Answer => ({ snapshotVersion, epoch, end: [] });
const answer = (snapshotVersion: number) => async () => said(snapshotVersion);

test('what is the same as before is said in no words, both ways, and what is another in full', async () => {
  const answers = [3, 3, 4];
  const heard: unknown[] = [];
  const { node, sent } = live(async () => {
    heard.push(1);
    return said(answers.shift() ?? 0);
  });
  for (const text of [BEAT, '', '']) await node.heard(text);
  expect(sent).toEqual([JSON.stringify(said(3)), '', JSON.stringify(said(4))]);
  expect(heard).toHaveLength(3);
  node.gone();
});

test.each<[string, LiveNews]>([
  ['of a newer snapshot', { snapshotVersion: 4, epoch: 1 }],
  ['of another authority, whatever it counts', { snapshotVersion: 1, epoch: 2 }],
])('news %s come unasked, once, and are no answer', async (_, newer) => {
  const told: LiveNews[] = [];
  const { node, sent } = live(answer(3), async (than) => {
    told.push(than);
    return than.snapshotVersion < 3 ? than : newer;
  });
  await node.heard(BEAT);
  await expect.poll(() => told.at(-1), { timeout: 5_000 }).toEqual(newer);
  expect(sent).toEqual([JSON.stringify(said(3)), JSON.stringify(newer)]);
  await node.heard('');
  expect(sent.at(-1)).toBe('');
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
