/** `fabric connect`: a shell, a command, or raw bytes for `ProxyCommand`. */
import type { TerminalChannel } from '../../dataplane/client/terminal.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { TerminalParams } from '../../schema/wire/terminal.ts';
import { EscapeFilter } from './escape.ts';
import { exitStatus } from './exit-status.ts';
import { joinStream, outputObserver, pumpInput } from './pump.ts';
import { type Attaching, attachTo } from './session.ts';
import { OpenQuestion } from './session-news.ts';

const FALLBACK_SIZE = { cols: 80, rows: 24 };

function ttySize() {
  const { columns, rows } = process.stdout;
  return process.stdout.isTTY ? { cols: columns, rows } : FALLBACK_SIZE;
}

/** @returns the exit status */
export async function runCommand(attaching: Attaching, command: string, withPty: boolean): Promise<number> {
  const attachment = await attachTo(attaching);
  const params: TerminalParams = {
    mode: 'exec',
    command,
    ...(withPty ? { pty: { term: process.env['TERM'] ?? 'xterm-256color', size: ttySize() } } : {}),
  };
  let channel: TerminalChannel | undefined;
  const { observer, outcome } = outputObserver(
    () => channel,
    process.stdout,
    process.stderr,
    () => process.stdin,
  );
  channel = await attachment.openTerminal(params, observer);
  if (withPty && process.stdin.isTTY) process.stdin.setRawMode(true);
  pumpInput(process.stdin, channel);
  const result = await outcome;
  if (process.stdin.isTTY) process.stdin.setRawMode(false);
  process.stdin.destroy();
  await attachment.detach();
  if ('exit' in result) return exitStatus(result.exit);
  throw lostConnection(result.lost);
}

/** @returns the exit status */
export async function runShell(attaching: Attaching): Promise<number> {
  const attachment = await attachTo(attaching);
  let channel: TerminalChannel | undefined;
  const { observer, outcome } = outputObserver(
    () => channel,
    process.stdout,
    process.stderr,
    () => process.stdin,
  );
  const term = process.env['TERM'] ?? 'xterm-256color';
  const opened = await attachment.openTerminal({ mode: 'shell', term, size: ttySize() }, observer);
  channel = opened;
  let left = false;
  const leave = Promise.withResolvers<'left'>();
  const goAway = () => {
    left = true;
    leave.resolve('left');
  };
  const role = attaching.seat?.role ?? 'controller';
  const question = new OpenQuestion(attachment);
  const filter = new EscapeFilter(goAway, (allow) => question.answer(allow));
  attachment.watchSession({ asked: (by) => question.asked(by) });
  const resize = () => {
    if (role === 'controller') opened.resize(ttySize());
  };
  process.stdout.on('resize', resize);
  // Who only looks on leaves with Ctrl-C.
  if (role === 'observer') process.once('SIGINT', goAway);
  else {
    if (process.stdin.isTTY) process.stdin.setRawMode(true);
    pumpInput(process.stdin, opened, (bytes) => filter.push(bytes));
  }
  const result = await Promise.race([outcome, leave.promise]);
  process.stdout.off('resize', resize);
  process.off('SIGINT', goAway);
  if (process.stdin.isTTY) process.stdin.setRawMode(false);
  process.stdin.destroy();
  await attachment.detach();
  if (left || result === 'left') {
    process.stderr.write(
      `\r\nThe session goes on. Come back with: fabric connect ${attaching.resource} --attach\r\n`,
    );
    return 0;
  }
  if ('exit' in result) return exitStatus(result.exit);
  throw lostConnection(result.lost);
}

/** Raw bytes between standard input and output and the target's port. */
export async function runStdio(attaching: Attaching): Promise<number> {
  const attachment = await attachTo(attaching);
  await joinStream(await attachment.openStream(), process.stdin, process.stdout);
  process.stdin.destroy();
  await attachment.detach();
  return 0;
}

function lostConnection(why: Refusal): Refusal {
  return why.code === 'conflict' ? new Refusal('conflict', 'another client took the session over') : why;
}
