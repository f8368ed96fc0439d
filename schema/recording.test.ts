import { expect, test } from 'vitest';
import { castEvent, castEvents, castHeader } from './asciicast.ts';
import { openRecording } from './play-recording.ts';
import { makeRecordingKeys, RecordingSeal, unwrapDataKey, wrapDataKey } from './recording.ts';

const recording = crypto.randomUUID();
const dataKey = new Uint8Array(32).fill(7);
const bytes = (text: string) => new TextEncoder().encode(text);

async function sealedParts(...texts: string[]): Promise<Uint8Array[]> {
  const seal = await RecordingSeal.of(recording, dataKey);
  return Promise.all(texts.map((text, index) => seal.seal(index, index === texts.length - 1, bytes(text))));
}
async function play(parts: readonly Uint8Array[], state: 'complete' | 'cut' = 'complete', of = recording) {
  const part = async (index: number) => parts[index] ?? new Uint8Array();
  let text = '';
  for await (const piece of openRecording({ recording: of, state, parts: parts.length, dataKey, part }))
    text += piece;
  return text;
}
const broken = expect.objectContaining({ code: 'seal_broken' });

test('comes out as it went in, however it was cut', async () => {
  const [a = '', b = ''] = ['header\n', 'ä€\n'];
  expect(await play(await sealedParts(a, b, ''))).toBe(a + b);
});

test.each<[string, (parts: Uint8Array[]) => Uint8Array[]]>([
  ['changed', ([a = bytes(''), ...rest]) => [a.map((octet, at) => (at === 0 ? octet ^ 1 : octet)), ...rest]],
  ['left out', ([a = bytes(''), , c = bytes('')]) => [a, c]],
  ['swapped', ([a = bytes(''), b = bytes(''), c = bytes('')]) => [b, a, c]],
  ['cut off and called complete', (parts) => parts.slice(0, 2)],
  ['told twice', ([a = bytes(''), b = bytes('')]) => [a, a, b]],
])('a recording of which a part was %s does not play as if it were whole', async (_, tamper) => {
  await expect(play(tamper(await sealedParts('one', 'two', 'three')))).rejects.toEqual(broken);
});

test('parts of another recording do not open; one whose end did not come plays as far as it goes', async () => {
  const parts = await sealedParts('one', 'two', 'three');
  await expect(play(parts, 'complete', crypto.randomUUID())).rejects.toEqual(broken);
  expect(await play(parts.slice(0, 2), 'cut')).toBe('onetwo');
});

test('the data key opens with the private half, for that recording alone', async () => {
  const { publicKey, pkcs8 } = await makeRecordingKeys();
  const wrapped = await wrapDataKey({ recording, publicKey }, dataKey);
  expect(await unwrapDataKey({ recording, publicKey }, pkcs8, wrapped)).toEqual(dataKey);
  const other = { recording: crypto.randomUUID(), publicKey };
  await expect(unwrapDataKey(other, pkcs8, wrapped)).rejects.toEqual(broken);
  const { pkcs8: another } = await makeRecordingKeys();
  await expect(unwrapDataKey({ recording, publicKey }, another, wrapped)).rejects.toEqual(broken);
});

test('writes asciicast v2 as its page shows it, and reads it to the last whole line', () => {
  const header = castHeader({ width: 80, height: 24, startedAt: 1504467315_000, title: 'Demo' });
  expect(header).toBe('{"version":2,"width":80,"height":24,"timestamp":1504467315,"title":"Demo"}\n');
  const event = castEvent(0.248848, 'o', '\u001b[1;31mHello \u001b[32mWorld!\u001b[0m\n');
  expect(event).toBe('[0.248848,"o","\\u001b[1;31mHello \\u001b[32mWorld!\\u001b[0m\\n"]\n');
  expect(castEvents(`${header}${event}[1.0, "o", "cu`)).toEqual([
    [0.248848, 'o', '\u001b[1;31mHello \u001b[32mWorld!\u001b[0m\n'],
  ]);
});
