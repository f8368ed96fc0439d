/** One shell, three terminals: one in control, one that looks on, one that takes over; and afterwards its recording. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { castEvents } from '../../schema/asciicast.ts';
import { Fabric } from '../fabric.ts';

const PATIENCE_MS = 20_000;
let fabric: Fabric;
const open: ChildProcessWithoutNullStreams[] = [];
beforeAll(async () => {
  fabric = await Fabric.start('--runtime', 'node');
  expect((await fabric.login()).status).toBe(0);
});
afterAll(async () => {
  for (const child of open) child.kill();
  await fabric?.[Symbol.asyncDispose]();
});

function terminal(command: string) {
  const sized = `stty cols 91 rows 33; exec ${command}`;
  const child = spawn('script', ['-qefc', sized, '/dev/null'], { env: { ...fabric.env, TERM: 'xterm' } });
  open.push(child);
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
  });
  return {
    type: (text: string) => child.stdin.write(text),
    sees: (text: string | RegExp) =>
      expect.poll(() => shown, { timeout: PATIENCE_MS, interval: 20 }).toMatch(text),
    shown: () => shown,
    ended: () => (child.exitCode === null ? once(child, 'exit') : undefined),
  };
}
const json = async (...args: string[]) => {
  const ran = await fabric.cli([...args, '--json']);
  expect(ran.status, ran.stderr).toBe(0);
  return JSON.parse(ran.stdout.toString());
};

test('is watched, taken over and recorded, and everybody in it knows', async () => {
  const policy = await json('resources', 'sessions', 'demo-shell', 'recording=required', 'observe=own');
  expect(policy).toMatchObject({ recording: 'required', takeover: 'allowed' });
  const first = terminal('fabric connect demo-shell');
  await first.sees('this session is recorded');
  first.type('echo one-$((40+2))\r');
  await first.sees('one-42');

  const watcher = terminal('fabric connect demo-shell --watch');
  await watcher.sees('one-42');
  await first.sees('watches');
  watcher.type('echo from-the-watcher\r');
  first.type('echo two-$((40+3))\r');
  await watcher.sees('two-43');

  const second = terminal('fabric connect demo-shell --take');
  await second.sees('two-43');
  await first.sees('took the session over');
  await first.ended();
  second.type('echo three-$((40+4))\r');
  await watcher.sees('three-44');
  second.type('exit\r');
  await Promise.all([second.ended(), watcher.ended()]);
  expect(second.shown()).not.toContain('from-the-watcher');

  const listed = async () => (await json('recordings')).recordings[0];
  await expect.poll(async () => (await listed()).state, { timeout: PATIENCE_MS }).toBe('complete');
  const { id } = await listed();
  const played = (await fabric.cli(['recordings', 'play', id, '--speed', '1000'])).stdout.toString();
  for (const text of ['one-42', 'two-43', 'three-44']) expect(played).toContain(text);
  const out = join(fabric.data, 'session.cast');
  expect((await fabric.cli(['recordings', 'download', id, '--out', out])).status).toBe(0);
  const cast = readFileSync(out, 'utf8');
  expect(JSON.parse(cast.split('\n')[0] ?? '')).toMatchObject({ version: 2, width: 91, height: 33 });
  expect(castEvents(cast).some(([, code]) => code === 'i')).toBe(false);
  const trail = await fabric.cli(['audit', 'list', '--json']);
  for (const action of ['session.control', 'session.observe', 'recording.start', 'recording.open'])
    expect(trail.stdout.toString()).toContain(action);
});
