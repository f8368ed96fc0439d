import { expect, test } from 'vitest';
import { arranged, type Column } from './arrange.ts';

interface Row {
  readonly name: string;
  readonly at: number;
}
const columns: Column<Row>[] = [
  { title: 'Name', text: ({ name }) => name },
  { title: 'At', text: ({ at }) => `day ${at}`, order: ({ at }) => at },
];
const rows = [
  { name: 'node-10', at: 2 },
  { name: 'node-9', at: 11 },
  { name: 'Ada', at: 1 },
];
const names = (search: string, by: number, descending = false) =>
  arranged(rows, columns, { search, by, descending }).map(({ name }) => name);

test('every word typed is looked for in every column, whatever its case', () => {
  expect(names('NODE day', -1)).toEqual(['node-10', 'node-9']);
  expect(names('node 11', -1)).toEqual(['node-9']);
  expect(names('nobody', -1)).toEqual([]);
});

test('names sort as people count, figures by their size, and both ways', () => {
  expect(names('', 0)).toEqual(['Ada', 'node-9', 'node-10']);
  expect(names('', 1)).toEqual(['Ada', 'node-10', 'node-9']);
  expect(names('', 1, true)).toEqual(['node-9', 'node-10', 'Ada']);
});
