/** A real shell and the clipboard of who has it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ChannelGrant } from '../../../schema/channel.ts';
import { TERMINAL_KIND } from '../../../schema/wire/terminal.ts';
import { TerminalReader, writeFrame } from '../../channel/terminal-frames.ts';
import { memoryPair } from '../../transport/memory.ts';
import type { ByteStream } from '../../transport/transport.ts';
import { type TestSshd, testSshd } from './files/test-sshd.ts';
import { Shell } from './shell.ts';

let sshd: TestSshd;
beforeAll(async () => {
  sshd = await testSshd();
});
afterAll(() => sshd.close());

const BOTH = { send: true, receive: true };
const params = { mode: 'shell', term: 'xterm', size: { cols: 80, rows: 24 } } as const;

test.each<[string, ChannelGrant | undefined, boolean]>([
  ['is not set without a grant', undefined, false],
  ['is not set with one for the other way', { send: true, receive: false }, false],
  ['is set with a grant to receive', { send: false, receive: true }, true],
])('the clipboard %s', async (_, clipboard, isSet) => {
  const shell = await Shell.start(sshd.ssh, params, undefined);
  const [near, far] = memoryPair();
  const arrived = new Promise<ByteStream>((resolve) =>
    far.observe({ stream: resolve, datagrams: () => {}, closed: () => {} }),
  );
  const stream = await near.openStream(1);
  const service = await arrived;
  const pending = {
    channel: 'terminal',
    role: 'controller',
    params,
    grant: BOTH,
    clipboard,
    accept: () => service,
  } as const;
  void shell.attach(pending, params);
  let shown = '';
  const frames = new TerminalReader((_kind, body) => {
    shown += Buffer.from(body).toString();
  });
  stream.observe({
    readable: () => {
      for (let chunk = stream.read(); chunk; chunk = stream.read()) frames.push(chunk);
    },
    writable: () => {},
    reset: () => {},
    stopped: () => {},
    closed: () => {},
  });
  const typed = "printf 'a\\033]52;c;aGVsbG8=\\007b\\033]52;c;?\\007%s\\n' $((40+2))\n";
  writeFrame(stream, TERMINAL_KIND.data, Buffer.from(typed));
  await expect.poll(() => shown, { timeout: 10_000 }).toContain('b42');
  expect(shown.includes('\x1b]52;c;aGVsbG8=\x07')).toBe(isSet);
  expect(shown).not.toContain('\x1b]52;c;?');
  shell.close();
});
