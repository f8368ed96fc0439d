/** A recording on a service node alone, to a control plane that answers as told. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { PutPart } from '../../../schema/api/recordings.ts';
import { castEvents } from '../../../schema/asciicast.ts';
import { openRecording } from '../../../schema/play-recording.ts';
import { makeRecordingKeys, unwrapDataKey } from '../../../schema/recording.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { NO_SESSION_POLICY } from '../../../schema/session-policy.ts';
import { attach } from '../../client/attach.ts';
import { World } from '../test-world.ts';
import { PartSpool } from './part-spool.ts';
import { Recorder } from './recorder.ts';

const keys = await makeRecordingKeys();
const order = { recording: crypto.randomUUID(), publicKey: keys.publicKey };
let parts: PutPart[] = [];
let refuses: (() => Error | undefined) | undefined;
let failed: string[] = [];
let now = 0;
beforeEach(() => {
  [parts, refuses, failed, now] = [[], undefined, [], 1_000_000];
});

const begin = (withInput = false) =>
  Recorder.begin({
    order,
    title: 'a session',
    withInput,
    now: () => now,
    failed: (why) => failed.push(why),
    send: async (_, part) => {
      const error = refuses?.();
      if (error) throw error;
      parts.push(part);
    },
  });

async function played(): Promise<string> {
  const dataKey = await unwrapDataKey(order, keys.pkcs8, parts[0]?.wrappedKey ?? '');
  const part = async (index: number) => Buffer.from(parts[index]?.sealed ?? '', 'base64');
  let text = '';
  const sealed = {
    recording: order.recording,
    state: 'complete' as const,
    parts: parts.length,
    dataKey,
    part,
  };
  for await (const piece of openRecording(sealed)) text += piece;
  return text;
}
const bytes = (text: string) => new TextEncoder().encode(text);

test('what the terminal showed comes out with its times, what was typed does not; nothing of it is in the open', async () => {
  const recorder = await begin();
  recorder.size({ cols: 91, rows: 33 });
  now += 250;
  recorder.output(bytes('a€').subarray(0, 2));
  recorder.output(bytes('a€').subarray(2));
  recorder.input(bytes('hunter2'));
  recorder.size({ cols: 100, rows: 40 });
  await recorder.close(5_000);
  const text = await played();
  expect(JSON.parse(text.split('\n')[0] ?? '')).toMatchObject({
    version: 2,
    width: 91,
    height: 33,
    timestamp: 1000,
  });
  expect(castEvents(text)).toEqual([
    [0.25, 'o', 'a'],
    [0.25, 'o', '€'],
    [0.25, 'r', '100x40'],
  ]);
  expect(Buffer.concat(parts.map(({ sealed }) => Buffer.from(sealed, 'base64'))).includes('version')).toBe(
    false,
  );
});

test('a control plane that is away for a while gets every part, in order and once', async () => {
  const recorder = await begin(true);
  let away = 3;
  refuses = () => (away-- > 0 ? new Refusal('unavailable') : undefined);
  const long = 'x'.repeat(300_000);
  recorder.output(bytes(long));
  recorder.input(bytes('y'));
  await recorder.close(20_000);
  expect(parts.map(({ index }) => index)).toEqual(parts.map((_, at) => at));
  expect(parts.at(-1)?.isLast).toBe(true);
  const events = castEvents(await played());
  expect(
    events
      .filter(([, code]) => code === 'o')
      .map(([, , data]) => data)
      .join(''),
  ).toBe(long);
  expect(events.at(-1)?.slice(1)).toEqual(['i', 'y']);
  expect(failed).toEqual([]);
});

test('what is refused for good makes the recording fail, once', async () => {
  const recorder = await begin();
  refuses = () => new Refusal('conflict', 'no more');
  recorder.output(bytes('x'.repeat(300_000)));
  await expect.poll(() => failed).toEqual(['no more']);
  expect(recorder.isRecording).toBe(false);
  await recorder.close(1_000);
});

test('a spool that is full refuses, and has room again when a part is gone', async () => {
  const spool = new PartSpool(await mkdtemp(join(tmpdir(), 'spool-')), 10);
  await spool.put(1, new Uint8Array(8));
  await expect(spool.put(2, new Uint8Array(8))).rejects.toMatchObject({ code: 'overloaded' });
  await spool.drop(1);
  await spool.put(2, Uint8Array.of(5));
  expect([...(await spool.get(2))]).toEqual([5]);
  await spool.close();
});

test.each(['required', 'best_effort'] as const)('%s: when it can not begin', async (recording) => {
  const world = await World.make({ terminal: { send: true, receive: true } });
  world.policy = { ...NO_SESSION_POLICY, recording };
  world.recording = order;
  world.partsFail = new Refusal('unavailable');
  const attaching = attach(await world.ticket(), world.client, world.options);
  if (recording === 'best_effort') expect(await (await attaching).ping()).toBeGreaterThanOrEqual(0);
  else {
    await expect(attaching).rejects.toMatchObject({ code: 'recording_unavailable' });
    expect(world.tried).toEqual([]);
    expect(world.reports).toMatchObject([{ state: 'failed', reason: 'recording_unavailable' }]);
  }
});

test('required: when it can not go on the session ends with that as its reason; everybody knew that it was recorded', async () => {
  const world = await World.make({ terminal: { send: true, receive: true } });
  world.policy = { ...NO_SESSION_POLICY, recording: 'required' };
  world.recording = order;
  const attachment = await attach(await world.ticket(), world.client, world.options);
  let recorded = false;
  attachment.watchSession({ people: (people) => (recorded = people.recorded) });
  await expect.poll(() => recorded).toBe(true);
  world.partsFail = new Refusal('conflict', 'no more of it is taken');
  world.tap?.output(bytes('x'.repeat(300_000)));
  expect(await attachment.closed).toEqual({
    reason: 'it must be recorded, and no more of it is taken',
    ended: true,
  });
});
