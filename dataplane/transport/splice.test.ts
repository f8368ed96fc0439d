import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextStream, Watched } from './conformance.ts';
import { memoryPair } from './memory.ts';
import { splice } from './splice.ts';

/** client - [middle] - server, joined in the middle. */
async function spliced() {
  const [client, left] = memoryPair();
  const [right, server] = memoryPair();
  const arrivedLeft = nextStream(left);
  const arrivedServer = nextStream(server);
  const near = new Watched(await client.openStream(1));
  const onward = await right.openStream(1);
  let done = false;
  splice(await arrivedLeft, onward, () => {
    done = true;
  });
  return { near, far: new Watched(await arrivedServer), isDone: () => done };
}

test('what goes in on one side comes out on the other, however it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 1, maxLength: 5000 }),
      fc.integer({ min: 1, max: 700 }),
      async (bytes, pieces) => {
        const { near, far, isDone } = await spliced();
        const [, , there, back] = await Promise.all([
          near.writeAll(bytes, pieces),
          far.writeAll(bytes, pieces + 1),
          far.readAll(),
          near.readAll(),
        ]);
        expect(there.equals(bytes)).toBe(true);
        expect(back.equals(bytes)).toBe(true);
        await near.until(() => near.isClosed && isDone());
      },
    ),
    { numRuns: 50 },
  );
});

test('a reset and a stop pass through with their codes', async () => {
  const one = await spliced();
  one.near.stream.reset(33);
  await one.far.until(() => one.far.resetCode === 33);
  const other = await spliced();
  other.far.stream.stop(44);
  await other.near.until(() => other.near.stoppedCode === 44);
});

test('a far reader that stops reading holds the near writer back', async () => {
  const { near } = await spliced();
  let written = 0;
  while (near.stream.write(new Uint8Array(65_536)) && written < 100_000_000) {
    written += 65_536;
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(written).toBeLessThan(10_000_000);
});
