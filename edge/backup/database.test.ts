import { expect, test } from 'vitest';
import { inOrder } from './database.ts';

test('what is referred to comes first', () => {
  const references = [
    { child: 'sessions', parent: 'users' },
    { child: 'attachments', parent: 'sessions' },
    { child: 'users', parent: 'clusters' },
  ];
  const order = inOrder(['attachments', 'clusters', 'jobs', 'sessions', 'users'], references);
  for (const { child, parent } of references)
    expect(order.indexOf(parent)).toBeLessThan(order.indexOf(child));
  expect(order).toHaveLength(5);
});

test('a circle is refused rather than half restored', () => {
  const circle = [
    { child: 'a', parent: 'b' },
    { child: 'b', parent: 'a' },
  ];
  expect(() => inOrder(['a', 'b'], circle)).toThrow('circle');
});
