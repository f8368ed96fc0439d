/** A recording's way through the control plane, against a real PostgreSQL: ordered, sent, opened, and gone when its time is over. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordingsJob } from '../../edge/jobs/recordings.ts';
import { runDueJobs } from '../../edge/jobs/run.ts';
import { openRecording } from '../../schema/play-recording.ts';
import { RecordingSeal, wrapDataKey } from '../../schema/recording.ts';
import { Calls } from './tenancy-calls.ts';
import { makeWorld, type World } from './tenancy-world.ts';

let world: World;
let calls: Calls;
beforeAll(async () => {
  world = await makeWorld(['organization_admin']);
  calls = new Calls(world);
});
afterAll(() => world[Symbol.asyncDispose]());

const asNode = async (path: string, body: object) =>
  world.api.call('POST', `/v1/node${path}`, body, await world.service.assertion());
const dataKey = new Uint8Array(32).fill(9);

test('is ordered with the start, comes part by part, and only who may opens it, which is written down', async () => {
  const resource = String(world.a.ids['resource']);
  const sessionPolicy = { recording: 'required', keepDays: 1 };
  expect((await calls.call('PATCH', `/resources/${resource}`, calls.owner, { sessionPolicy })).status).toBe(
    200,
  );
  const { session } = (await calls.open(world.a.tokens.organization_user)).body;
  const { answer } = (await asNode(`/sessions/${session}/start`, { nonce: 'A'.repeat(22) })).body;
  const start = JSON.parse(Buffer.from(answer.split('.')[1], 'base64url').toString());
  const order = (start.body ?? start).recording;
  const id: string = order.recording;

  const seal = await RecordingSeal.of(id, dataKey);
  const part = async (index: number, text: string, isLast = false) => ({
    index,
    isLast,
    sealed: Buffer.from(await seal.seal(index, isLast, new TextEncoder().encode(text))).toString('base64'),
  });
  const at = `/recordings/${id}/parts`;
  const first = { ...(await part(0, 'one')), wrappedKey: await wrapDataKey(order, dataKey) };
  expect((await asNode(at, await part(1, 'two'))).body.code).toBe('conflict');
  expect((await asNode(at, first)).status).toBe(204);
  expect((await asNode(at, first)).status).toBe(204);
  expect((await asNode(at, await part(1, 'two', true))).status).toBe(204);
  expect((await asNode(at, await part(2, 'three'))).body.code).toBe('conflict');

  expect((await calls.call('GET', '/recordings', world.a.tokens.organization_user)).body.code).toBe(
    'forbidden',
  );
  const [listed] = (await calls.call('GET', `/recordings?session=${session}`, calls.owner)).body.recordings;
  expect(listed).toMatchObject({ id, state: 'complete', parts: 2, resourceName: 'shell' });
  const opened = (await calls.call('POST', `/recordings/${id}/open`, calls.owner, {})).body;
  expect(opened.dataKey).toBe(Buffer.from(dataKey).toString('base64url'));
  let text = '';
  const get = async (index: number) =>
    Buffer.from(
      (await calls.call('GET', `/recordings/${id}/parts/${index}`, calls.owner)).body.sealed,
      'base64',
    );
  for await (const piece of openRecording({ recording: id, state: 'complete', parts: 2, dataKey, part: get }))
    text += piece;
  expect(text).toBe('onetwo');
  const foreign = `/v1/orgs/${world.b.org}/recordings/${id}/open`;
  expect((await calls.call('POST', foreign, world.b.tokens.organization_owner, {})).status).toBe(404);
  const { entries } = (await calls.call('GET', '/audit?action=recording', calls.owner)).body;
  expect(entries.map(({ action }: { action: string }) => action)).toEqual(
    expect.arrayContaining(['recording.open', 'recording.end', 'recording.start']),
  );

  world.api.now += 2 * 86_400_000;
  await runDueJobs(world.api.services, [recordingsJob]);
  expect(await world.api.services.objects?.get(`recordings/${world.a.org}/${id}/000000`)).toBeUndefined();
});
