import { expect, test } from 'vitest';
import { NodeId } from '../../schema/ids.ts';
import { Routes } from './routes.ts';

const node = () => NodeId.parse(crypto.randomUUID());
const [self, a, b, c] = [node(), node(), node(), node()];

function linked(...neighbours: NodeId[]): Routes {
  const routes = new Routes(self);
  for (const neighbour of neighbours) routes.neighbourUp(neighbour);
  return routes;
}

test('a neighbour is reached directly, and not once its link is down', () => {
  const routes = linked(a);
  expect(routes.best(a)?.path).toEqual([a]);
  expect(routes.neighbourDown(a)).toEqual([a]);
  expect(routes.best(a)).toBeUndefined();
});

test('takes fewer hops first, then the shorter round trip', () => {
  const routes = linked(a, b);
  routes.learn(a, c, [a, b, c], 1);
  routes.learn(b, c, [b, c], 50);
  expect(routes.best(c)?.path).toEqual([b, c]);
  routes.learn(a, c, [a, c], 10);
  expect(routes.best(c)?.path).toEqual([a, c]);
});

test('never takes a path through itself, nor one that lies about its ends', () => {
  const routes = linked(a);
  expect(routes.learn(a, c, [a, self, c], 1)).toBe(false);
  expect(routes.learn(a, c, [b, c], 1)).toBe(false);
  expect(routes.learn(a, c, [a, b], 1)).toBe(false);
  expect(routes.best(c)).toBeUndefined();
});

test('a withdrawn path is not used, and a flow never goes back where it came from', () => {
  const routes = linked(a);
  routes.learn(a, c, [a, c], 1);
  expect(routes.best(c, a)).toBeUndefined();
  expect(routes.learn(a, c, [], 0)).toBe(true);
  expect(routes.best(c)).toBeUndefined();
});
