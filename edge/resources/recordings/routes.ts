/** Recordings of sessions: nodes send parts; who may, lists them, opens one, reads its parts, removes it. */
import { eq } from 'drizzle-orm';
import { z } from 'zod';
import {
  OpenedRecording,
  OpenRecording,
  PartParam,
  PutPart,
  RecordingId,
  RecordingList,
  RecordingPart,
  RecordingQuery,
} from '../../../schema/api/recordings.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { recordings as table } from '../../../schema/tables/index.ts';
import { forMembers, forMembersUnkept, forNodes } from '../../access.ts';
import { actOf, recordAct } from '../../act.ts';
import { recordingKey } from '../../recordings/keys.ts';
import { partName, removeParts } from '../../recordings/parts.ts';
import { answers, answersNothing, createRoute, json, newRouter, OrgParam } from '../../routes.ts';
import { findRecording, keepPart, recordingPage, viewOf } from './store.ts';

const One = OrgParam.extend({ recording: RecordingId });
const put = createRoute({
  ...forNodes,
  method: 'post',
  path: '/v1/node/recordings/{recording}/parts',
  summary: 'A sealed part of a recording, in order',
  request: { params: z.object({ recording: RecordingId }), body: json(PutPart) },
  responses: answersNothing,
});
const list = createRoute({
  ...forMembers('recordings.read'),
  method: 'get',
  path: '/v1/orgs/{org}/recordings',
  summary: 'Recordings of sessions, newest first',
  request: { params: OrgParam, query: RecordingQuery },
  responses: answers(200, RecordingList),
});
const open = createRoute({
  ...forMembersUnkept('recordings.read'),
  method: 'post',
  path: '/v1/orgs/{org}/recordings/{recording}/open',
  summary: 'What opens a recording; that it was given is written down',
  request: { params: One, body: json(OpenRecording) },
  responses: answers(200, OpenedRecording),
});
const part = createRoute({
  ...forMembers('recordings.read'),
  method: 'get',
  path: '/v1/orgs/{org}/recordings/{recording}/parts/{index}',
  summary: 'A part of a recording, as the node sealed it',
  request: { params: One.extend(PartParam) },
  responses: answers(200, RecordingPart),
});
const remove = createRoute({
  ...forMembers('recordings.manage'),
  method: 'delete',
  path: '/v1/orgs/{org}/recordings/{recording}',
  summary: 'Remove a recording before its time',
  request: { params: One },
  responses: answersNothing,
});

export const recordingRoutes = newRouter();

recordingRoutes.openapi(put, async (c) => {
  const { recording } = c.req.valid('param');
  await keepPart(c.get('services'), c.get('node'), recording, c.req.valid('json'), c.get('requestId'));
  return c.body(null, 204);
});

recordingRoutes.openapi(list, async (c) => {
  const { org } = c.req.valid('param');
  const query = c.req.valid('query');
  return c.json(await c.get('services').db.org(org, (tx) => recordingPage(tx, org, query)), 200);
});

recordingRoutes.openapi(open, async (c) => {
  const { org, recording: id } = c.req.valid('param');
  const { purpose } = c.req.valid('json');
  const { db, master } = c.get('services');
  const act = actOf(c, org);
  const opened = await db.org(org, async (tx) => {
    const row = await findRecording(tx, org, id);
    const dataKey = await recordingKey(tx, master, row, act.actor);
    await recordAct(tx, act, 'recording.open', id, { reason: purpose, about: row.holderId });
    return { recording: viewOf(row), dataKey };
  });
  return c.json(opened, 200);
});

recordingRoutes.openapi(part, async (c) => {
  const { org, recording: id, index } = c.req.valid('param');
  const { db, objects } = c.get('services');
  await db.org(org, (tx) => findRecording(tx, org, id));
  const bytes = await objects?.get(partName(org, id, index));
  if (!bytes) throw new Refusal('not_found');
  return c.json({ sealed: btoa(Array.from(bytes, (octet) => String.fromCharCode(octet)).join('')) }, 200);
});

recordingRoutes.openapi(remove, async (c) => {
  const { org, recording: id } = c.req.valid('param');
  const { db, objects } = c.get('services');
  const act = actOf(c, org);
  const row = await db.org(org, (tx) => findRecording(tx, org, id));
  if (row.state === 'recording') throw new Refusal('conflict', 'it is being recorded: end its session first');
  // The parts first: a row without them is found and removed again, parts without a row would lie for ever.
  if (objects) await removeParts(objects, row);
  await db.org(org, async (tx) => {
    await tx.delete(table).where(eq(table.id, id));
    await recordAct(tx, act, 'recording.delete', id, { about: row.holderId });
  });
  return c.body(null, 204);
});
