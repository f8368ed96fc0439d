/** docs/conformance.md names tests that are there, and says "none" where there is none. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const SUITE = `${root}dataplane/transport/conformance.ts`;
const COLUMNS = 4;

interface Row {
  readonly line: string;
  readonly cells: readonly string[];
}

/** Without heads and rules of tables. */
function rowsOf(markdown: string): Row[] {
  const lines = markdown.split('\n');
  return lines
    .filter((line, at) => line.startsWith('|') && !isRule(line) && !isRule(lines[at + 1] ?? ''))
    .map((line) => ({
      line,
      cells: line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    }));
}

const isRule = (line: string) => /^\|[\s|:-]+$/.test(line);

/** `quic/tls` is dataplane/quic/tls.test.ts; `test/integration/x` is in the folder of that name. */
const pathOf = (short: string) => `${root}${short.startsWith('test/') ? '' : 'dataplane/'}${short}.test.ts`;

/** What stands as name in `test(...)`, `test.concurrent(...)`, `describe.each(...)(...)`. */
function namesIn(source: string): string[] {
  const calls = /\b(?:test|describe)(?:\.\w+(?:\([^)]*\))?)*\(\s*(?:'([^'\n]+)'|"([^"\n]+)"|`([^`]+)`)/g;
  return [...source.matchAll(calls)].map(([, ...found]) => found.find((name) => name !== undefined) ?? '');
}

/** A placeholder stands for any text that the file has in quotes: the name of a suite, or of a case. A name may be cut with "…". */
function isNamed(wanted: string, names: readonly string[], source: string): boolean {
  const [start = '', ...rest] = wanted.split('…');
  return names.some((name) => {
    const pattern = name.split(/\$\{[^}]*\}/).map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    const whole = new RegExp(`^${pattern.join('(.+)')}$`);
    if (rest.length > 0) return name.startsWith(start);
    const match = whole.exec(wanted);
    return match?.slice(1).every((part) => source.includes(`'${part}'`)) ?? false;
  });
}

const rows = rowsOf(readFileSync(`${root}docs/conformance.md`, 'utf8'));

test('the tables are there, each row with section, requirement, place and test', () => {
  expect(rows.length).toBeGreaterThan(80);
  for (const { line, cells } of rows) expect(cells, line).toHaveLength(COLUMNS);
});

test('a row names a test, or says that there is none', () => {
  const silent = rows.filter(({ cells }) => !/^(?:none\b|`)/.test(cells[COLUMNS - 1] ?? ''));
  expect(silent.map(({ line }) => line)).toEqual([]);
});

test('every test that is named exists', () => {
  const missing: string[] = [];
  let found = 0;
  for (const { cells } of rows) {
    const cell = cells[COLUMNS - 1] ?? '';
    if (cell.startsWith('none')) continue;
    for (const part of cell.split('<br>')) {
      const [, short = '', wanted = ''] = /^`([^`]+)` "(.+)"$/.exec(part.trim()) ?? [];
      const path = pathOf(short);
      const source = existsSync(path) ? readFileSync(path, 'utf8') : '';
      const suite = source.includes('conformTransport(') ? namesIn(readFileSync(SUITE, 'utf8')) : [];
      if (isNamed(wanted, [...namesIn(source), ...suite], source)) found += 1;
      else missing.push(part);
    }
  }
  expect(missing).toEqual([]);
  expect(found).toBeGreaterThan(60);
});

test('a name that no test has is noticed', () => {
  const source = "const cases = { 'a case': 1 };";
  expect(isNamed('does a case', [`does \${name}`], source)).toBe(true);
  expect(isNamed('does another', [`does \${name}`], source)).toBe(false);
  expect(isNamed('does', ['does it'], source)).toBe(false);
  expect(isNamed('does…', ['does it'], source)).toBe(true);
  expect(isNamed('', ['does it'], source)).toBe(false);
});
