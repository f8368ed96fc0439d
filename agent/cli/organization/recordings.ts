/** `fabric recordings`: what was recorded; played at its own pace, or kept as an asciicast file. */

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { OpenedRecording, RecordingList, RecordingPart } from '../../../schema/api/recordings.ts';
import { castEvents } from '../../../schema/asciicast.ts';
import { openRecording } from '../../../schema/play-recording.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { type Group, type Outcome, optional, required } from '../command-table.ts';
import { type Options, Organization } from './organization.ts';

interface Listing extends Options {
  readonly session?: string;
}
interface Playing extends Options {
  readonly speed?: string;
  readonly from?: string;
  readonly idle?: string;
}
interface Keeping extends Options {
  readonly out: string;
}

export const recordings: Group<Organization> = {
  name: 'recordings',
  about: 'recordings of sessions',
  of: 'organization',
  target: Organization.of,
  rows: [
    {
      command: 'list',
      isDefault: true,
      about: 'what was recorded, newest first',
      example: 'list --session 3c1f…',
      options: [optional('--session <session>', 'of this session')],
      async run(organization, { session }: Listing) {
        const query = session === undefined ? '' : `?session=${encodeURIComponent(session)}`;
        const value = await organization.get(`/recordings${query}`, RecordingList);
        const rows = value.recordings.map((one) => [
          one.id,
          one.holderName ?? one.holder,
          one.resourceName,
          one.state,
          one.startedAt,
          String(one.bytes),
        ]);
        return { value, rows: [['RECORDING', 'WHOSE', 'RESOURCE', 'STATE', 'BEGAN', 'BYTES'], ...rows] };
      },
    },
    {
      command: 'play <recording>',
      about: 'play it in this terminal',
      example: 'play 7be0… --speed 4 --from 90 --idle 2',
      options: [
        optional('--speed <times>', 'so many times as fast'),
        optional('--from <seconds>', 'what came before is shown at once'),
        optional('--idle <seconds>', 'no pause longer than this'),
      ],
      run: (organization, options: Playing, id) => play(organization, id, options),
    },
    {
      command: 'download <recording>',
      about: 'keep it as an asciicast v2 file',
      example: 'download 7be0… --out session.cast',
      options: [required('--out <file>', 'where to')],
      run: (organization, { out }: Keeping, id) => download(organization, id, out),
    },
    {
      command: 'remove <recording>',
      about: 'remove it before its time',
      example: 'remove 7be0…',
      asks: (_, id) => `Recording ${id} will be gone.`,
      async run(organization, _, id) {
        await organization.remove(`/recordings/${encodeURIComponent(id)}`);
        return { value: { removed: id }, line: 'Removed.' };
      },
    },
  ],
};

async function opened(organization: Organization, typed: string, purpose: 'play' | 'download') {
  const at = `/recordings/${encodeURIComponent(typed)}`;
  const { recording, dataKey } = await organization.send('POST', `${at}/open`, OpenedRecording, { purpose });
  const { id, state, parts } = recording;
  const part = async (index: number) =>
    Buffer.from((await organization.get(`${at}/parts/${index}`, RecordingPart)).sealed, 'base64');
  const key = Buffer.from(dataKey, 'base64url');
  return { recording, text: openRecording({ recording: id, state, parts, dataKey: key, part }) };
}

const secondsOf = (text: string | undefined, otherwise: number): number => {
  const value = text === undefined ? otherwise : Number(text);
  if (!(value >= 0)) throw new Refusal('bad_request', `${text} is no number of seconds or times`);
  return value;
};

async function play(
  organization: Organization,
  id: string,
  { speed, from, idle }: Playing,
): Promise<Outcome> {
  const times = secondsOf(speed, 1) || 1;
  const start = secondsOf(from, 0);
  const most = secondsOf(idle, Number.MAX_SAFE_INTEGER);
  const { recording, text } = await opened(organization, id, 'play');
  let rest = '';
  let at = 0;
  let isFirst = true;
  for await (const piece of text) {
    const whole = (rest + piece).lastIndexOf('\n') + 1;
    const lines = (rest + piece).slice(0, whole);
    rest = (rest + piece).slice(whole);
    if (lines === '') continue;
    // The header is in the first piece that has anything.
    for (const [seconds, code, data] of castEvents(isFirst ? lines : `\n${lines}`)) {
      if (seconds > start) await sleep((Math.min(seconds - Math.max(at, start), most) * 1000) / times);
      at = seconds;
      if (code === 'o' && !process.stdout.write(data)) await once(process.stdout, 'drain');
    }
    isFirst = false;
  }
  const line =
    recording.state === 'complete' ? '' : `(the recording is ${recording.state}: its end is not there)`;
  return { value: recording, line };
}

/** The whole of it or nothing: a file that is there was opened to the end. */
async function download(organization: Organization, id: string, out: string): Promise<Outcome> {
  const { recording, text } = await opened(organization, id, 'download');
  const pieces: string[] = [];
  for await (const piece of text) pieces.push(piece);
  const file = createWriteStream(out, { mode: 0o600 });
  file.end(pieces.join(''));
  await once(file, 'finish');
  return {
    value: recording,
    line: `Written to ${out}${recording.state === 'complete' ? '' : ': its end is not there'}.`,
  };
}
