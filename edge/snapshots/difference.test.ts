import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NodeId } from '../../schema/ids.ts';
import type { NodeRole } from '../../schema/roles.ts';
import { isRelay, type KnownNode, neighbourhood } from './build.ts';
import { concernsAll, differences, merged, type NodeChange } from './difference.ts';

const known = (roles: readonly NodeRole[], port = 1): KnownNode => {
  const id = NodeId.parse(crypto.randomUUID());
  return { id, roles, spki: `spki of ${id}`, endpoints: [`10.0.0.1:${port}`], egressPools: [] };
};
const aNode = fc
  .tuple(
    fc.constantFrom<NodeRole[][]>(['entry'], ['relay'], ['service'], ['entry', 'service']),
    fc.integer({ min: 1, max: 9 }),
  )
  .map(([roles, port]) => known(roles, port));
const aCluster = fc.array(aNode, { maxLength: 24 });
const aChange: fc.Arbitrary<NodeChange> = fc.oneof(
  aNode.map((after) => ({ after })),
  aNode.map((before) => ({ before })),
  fc.tuple(aNode, aNode).map(([before, other]) => ({ before, after: { ...other, id: before.id } })),
  aNode.map((before) => ({ before, after: { ...before, endpoints: ['10.9.9.9:9'] } })),
  aNode.map((before) => ({ before, after: { ...before, spki: 'another key' } })),
);
const withOne = (others: readonly KnownNode[], one: KnownNode | undefined) =>
  one ? [...others, one] : others;
const sorted = (list: readonly { node: NodeId }[]) => [...list].sort((a, b) => (a.node < b.node ? -1 : 1));

test('from what each had and its step comes exactly what the whole would say, and who has no step had it already', () => {
  fc.assert(
    fc.property(aCluster, aChange, (others, change) => {
      const relays = others.filter(isRelay);
      const looked = concernsAll(change, relays.length) ? others : relays;
      const steps = differences(looked, change);
      const was = neighbourhood(withOne(others, change.before));
      const is = neighbourhood(withOne(others, change.after));
      for (const node of others) {
        const { put, drop } = steps.get(node.id) ?? { put: [], drop: [] };
        const held = new Map(was(node).map((one) => [one.node, one]));
        for (const id of drop) held.delete(id);
        for (const one of put) held.set(one.node, one);
        expect(sorted([...held.values()])).toEqual(sorted(is(node)));
        if (steps.has(node.id)) expect(sorted(was(node))).not.toEqual(sorted(is(node)));
      }
    }),
    { numRuns: 400 },
  );
});

test('many steps merged into one come to the same as one after the other', () => {
  const names = Array.from({ length: 5 }, () => known(['entry']));
  const one = fc.record({
    picked: fc.subarray(names),
    dropped: fc.subarray(names),
    port: fc.integer({ min: 1, max: 99 }),
  });
  const step = one.map(({ picked, dropped, port }) => ({
    put: picked.map(({ id, roles, spki }) => ({
      node: id,
      roles: [...roles],
      spki,
      dial: true,
      endpoints: [`h:${port}`],
    })),
    drop: dropped.filter((node) => !picked.includes(node)).map(({ id }) => id),
  }));
  const apply = (held: Map<NodeId, unknown>, { put, drop }: ReturnType<typeof merged>) => {
    for (const id of drop) held.delete(id);
    for (const each of put) held.set(each.node, each);
    return held;
  };
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
      const each = steps.reduce(apply, new Map<NodeId, unknown>());
      expect(apply(new Map(), merged(steps))).toEqual(each);
    }),
  );
});

test('where there are many relays each node dials eight, a new relay moves few, and nobody is told of an ordinary node but those it dials', () => {
  const relays = Array.from({ length: 20 }, () => known(['relay']));
  const rest = Array.from({ length: 400 }, () => known(['entry']));
  const of = neighbourhood([...relays, ...rest]);
  for (const node of rest) expect(of(node)).toHaveLength(8);
  const accepted = relays.map((relay) => of(relay).length - 19);
  expect(Math.max(...accepted)).toBeLessThan(2 * ((400 * 8) / 20));
  expect(differences(relays, { after: known(['service']) }).size).toBe(8);
  const moved = differences([...relays, ...rest], { after: known(['relay']) });
  const movedRest = rest.filter(({ id }) => moved.has(id)).length;
  // Eight of twenty-one choose it.
  expect(movedRest).toBeGreaterThan(80);
  expect(movedRest).toBeLessThan(240);
});

test('where a node listens concerns those who dial it and nobody else, itself included', () => {
  const [relay, entry, service] = [known(['relay']), known(['entry']), known(['service'])];
  const moved = (node: KnownNode) => ({ before: node, after: { ...node, endpoints: ['10.9.9.9:9'] } });
  expect(differences([relay], moved(entry)).size).toBe(0);
  expect([...differences([entry, service], moved(relay)).keys()]).toEqual([entry.id, service.id]);
});
