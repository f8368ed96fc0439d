/** Recordings of sessions: what nodes send, and what whoever plays them gets. */
import { z } from 'zod';
import { MAX_PART, MAX_PARTS, RecordingState } from '../recording.ts';

export const RecordingId = z.uuid();
const GCM_TAG = 16;
const MAX_BASE64 = Math.ceil((MAX_PART + GCM_TAG) / 3) * 4;
const Base64 = z
  .base64()
  .max(MAX_BASE64)
  .meta({ examples: ['AAECAwQFBgcICQoLDA0ODw=='] });
const Index = z.coerce
  .number()
  .int()
  .min(0)
  .max(2 ** 31 - 1);

/** A sealed part, in order; one that is there already is heard again. */
export const PutPart = z.strictObject({
  index: z
    .int()
    .min(0)
    .max(MAX_PARTS - 1),
  isLast: z.boolean(),
  sealed: Base64,
  /** With the first. */
  wrappedKey: z.string().max(512).optional(),
});
export type PutPart = z.infer<typeof PutPart>;

export const RecordingView = z.object({
  id: RecordingId,
  session: z.uuid(),
  resource: z.uuid(),
  resourceName: z.string(),
  /** Whose session it was; a name where they are still there. */
  holder: z.uuid(),
  holderName: z.string().nullable(),
  state: RecordingState,
  parts: z.int(),
  bytes: z.int(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  keepUntil: z.iso.datetime(),
});
export type RecordingView = z.infer<typeof RecordingView>;
export const RecordingList = z.object({ recordings: z.array(RecordingView), next: RecordingId.nullable() });

export const RecordingQuery = z.object({
  session: z.uuid().optional(),
  resource: z.uuid().optional(),
  holder: z.uuid().optional(),
  before: RecordingId.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
export type RecordingQuery = z.infer<typeof RecordingQuery>;

/** What opens one. Written down each time it is given. */
export const OpenRecording = z.strictObject({ purpose: z.enum(['play', 'download']).default('play') });
export const OpenedRecording = z.object({
  recording: RecordingView,
  /** 32 bytes, base64url. */
  dataKey: z.string().length(43),
});
export const PartParam = { index: Index };
export const RecordingPart = z.object({ sealed: z.base64() });
