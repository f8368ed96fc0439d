import { expect, test } from 'vitest';
import { csvLine } from './csv.ts';

test('quotes what must be quoted', () => {
  expect(csvLine(['a', 'b,c', 'say "hi"', 'two\nlines', null, 7, ' x'])).toBe(
    'a,"b,c","say ""hi""","two\nlines",,7," x"\r\n',
  );
});

test('no cell is a formula', () => {
  for (const cell of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', "=cmd|' /C calc'!A0"])
    expect(csvLine([cell]).replace(/^"/, '').startsWith("'"), JSON.stringify(cell)).toBe(true);
});
