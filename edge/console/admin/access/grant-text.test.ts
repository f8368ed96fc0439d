import { expect, test } from 'vitest';
import { channelsText, granteeText, labelsOf, labelsText, scopeText, timesText } from './grant-text.ts';

const nameOf = (id: string) => ({ u: 'ada@example.com', r: 'build-server' })[id] ?? id;

test('who and what are said by name, and by id where no name is known', () => {
  expect(granteeText({ type: 'user', user: 'u' }, nameOf)).toBe('ada@example.com');
  expect(granteeText({ type: 'group', group: 'g-1' }, nameOf)).toBe('group g-1');
  expect(granteeText({ type: 'role', role: 'organization_operator' })).toBe(
    'everyone with the role Operator',
  );
  expect(scopeText({ resource: 'r' }, nameOf)).toBe('build-server');
  expect(scopeText({ matchLabels: { env: 'test' } })).toBe('everything labelled env=test');
});

test('labels come back as they were written, and what is none is named', () => {
  const labels = { env: 'production', 'team/owner': 'a=b' };
  expect(labelsOf(labelsText(labels))).toEqual(labels);
  expect(labelsOf(' \n')).toEqual({});
  for (const wrong of ['env', '=x', 'env='])
    expect(() => labelsOf(wrong), wrong).toThrow(`write labels as env=production: ${wrong}`);
});

test('no limit is said as none, and no channel is not said as all', () => {
  expect(timesText(null, null)).toBe('always');
  const window = { days: ['mon', 'tue'], from: '08:00', to: '18:00', timeZone: 'Europe/Berlin' };
  expect(timesText(window, null)).toBe('mon tue 08:00–18:00 Europe/Berlin');
  expect([channelsText(null), channelsText({}), channelsText({ terminal: {} })]).toEqual([
    'all',
    'none',
    'terminal',
  ]);
});
