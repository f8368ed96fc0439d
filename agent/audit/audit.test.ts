import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileOf, Journal } from './journal.ts';
import { verifyAudit } from './verify.ts';

let folder: string;
let journals: Journal[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'audit-'));
});
afterEach(() => {
  for (const journal of journals) journal.close();
  journals = [];
  rmSync(folder, { recursive: true });
});
function open(fileBytes = 1_000_000, files = 3): Journal {
  const journal = new Journal({ folder, fileBytes, files, now: () => Date.UTC(2026, 3, 1) });
  journals.push(journal);
  return journal;
}
const path = () => fileOf(folder, 0);

test('one chain over restarts and rotation, in files of bounded size and number', () => {
  for (let run = 0; run < 5; run += 1) {
    const journal = open(2_000);
    for (let n = 0; n < 20; n += 1) journal.record('role.started', { role: 'relay', pid: n });
    journal.close();
  }
  const verdict = verifyAudit(folder);
  expect(verdict).toMatchObject({ ok: true, to: 100 });
  const files = readdirSync(folder);
  expect(files.length).toBe(3);
  for (const file of files) {
    expect(statSync(join(folder, file)).size).toBeLessThan(2_500);
    expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
  }
});

test('every byte that is changed is found, at its line', () => {
  const journal = open();
  for (let n = 0; n < 3; n += 1) journal.record('snapshot.applied', { version: n });
  journal.close();
  const whole = readFileSync(path());
  const lineAt = (at: number) => whole.subarray(0, at).filter((octet) => octet === 0x0a).length + 1;
  for (let at = 0; at < whole.length; at += 1) {
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] ?? 0) ^ 1;
    writeFileSync(path(), changed);
    const verdict = verifyAudit(folder);
    expect(verdict, `byte ${at}`).toMatchObject({ ok: false, line: lineAt(at) });
  }
});

test('a line taken out, put in or moved is found', () => {
  const journal = open();
  for (let n = 0; n < 6; n += 1) journal.record('local.called', { path: `/${n}` });
  journal.close();
  const lines = readFileSync(path(), 'utf8').trimEnd().split('\n');
  const [a = '', b = '', c = '', ...rest] = lines;
  for (const changed of [
    [a, c, ...rest],
    [a, b, b, c, ...rest],
    [a, c, b, ...rest],
  ]) {
    writeFileSync(path(), `${changed.join('\n')}\n`);
    expect(verifyAudit(folder)).toMatchObject({ ok: false });
  }
  writeFileSync(path(), `${[b, c, ...rest].join('\n')}\n`);
  expect(verifyAudit(folder)).toMatchObject({ ok: true, from: 2, to: 6 });
});

test('a line that a crash cut at any byte is taken away, and the chain goes on', () => {
  const first = open();
  first.record('agent.started');
  first.record('local.called', { path: '/status' });
  first.close();
  const whole = readFileSync(path());
  const second = whole.indexOf(0x0a) + 1;
  for (let length = second + 1; length < whole.length; length += 1) {
    writeFileSync(path(), whole.subarray(0, length));
    const journal = open();
    journal.record('agent.started');
    journal.close();
    expect(verifyAudit(folder), `cut at ${length}`).toMatchObject({ ok: true, to: 3 });
    expect(readFileSync(path(), 'utf8')).toContain(`{"bytes":${length - second}}`);
  }
});

test('an unfinished line is named by the check', () => {
  const journal = open();
  journal.record('agent.started');
  journal.close();
  appendFileSync(path(), '{"seq":2');
  expect(verifyAudit(folder)).toEqual({
    ok: false,
    file: 'audit.jsonl',
    line: 2,
    reason: 'the last line is cut off',
  });
});

test('what a caller sends is cut before it fills the journal', () => {
  const journal = open();
  journal.record('execute.started', { argv: Array.from({ length: 500 }, () => 'x'.repeat(5_000)) });
  journal.close();
  expect(statSync(path()).size).toBeLessThan(64 * 600);
  expect(verifyAudit(folder)).toMatchObject({ ok: true });
});
