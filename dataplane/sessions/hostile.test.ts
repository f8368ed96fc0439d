/** An entry and a relay that are the enemy's: they see and may do everything with what passes. The ends notice, or are unharmed. */
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { proveToken } from '../../schema/tokens/proof.ts';
import { encodeMessage, messageLength } from '../../schema/wire/message.ts';
import { ClientOpening } from '../../schema/wire/opening.ts';
import { ResumeAnswer } from '../../schema/wire/resume.ts';
import { nodeAead } from '../channel/node-aead.ts';
import { initiate, makeDhKeys, respond } from '../channel/noise.ts';
import { honest, type Treat, type Way } from '../channel/test-path.ts';
import { attach as attachTo } from '../client/attach.ts';
import type { Attachment } from '../client/attachment.ts';
import { messageHead, takeHead } from '../transport/head.ts';
import { readAll, World } from './test-world.ts';

let world: World;
beforeEach(async () => {
  world = await World.make();
});

afterEach(() => void vi.useRealTimers());

const attach = async () => attachTo(await world.ticket(), world.client, world.options);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Sends bytes through the echo and compares what comes back. */
async function echoes(attachment: Attachment, bytes: Uint8Array): Promise<void> {
  const stream = await attachment.openStream();
  for (let at = 0; at < bytes.length; at += 50_000) stream.write(bytes.subarray(at, at + 50_000));
  stream.end();
  expect(sha256(await readAll(stream))).toBe(sha256(bytes));
}

/** Does something to the nth chunk of records that passes one way. Openings and answers are let through. */
function once(way: Way, nth: number, deed: (chunk: Uint8Array) => Uint8Array[]): Treat {
  let seen = 0;
  return (which, chunk) => {
    if (which !== way || chunk.length < 1000) return { chunks: [chunk] };
    seen += 1;
    return { chunks: seen === nth ? deed(chunk) : [chunk] };
  };
}

const flipped = (chunk: Uint8Array, at: number) =>
  Uint8Array.from(chunk, (octet, n) => (n === at ? octet ^ 0x40 : octet));

const deeds: [string, (chunk: Uint8Array) => Uint8Array[]][] = [
  ['flips a bit of the sealed bytes', (chunk) => [flipped(chunk, 500)]],
  ['flips a bit of the tag', (chunk) => [flipped(chunk, chunk.length - 1)]],
  ['changes a length', (chunk) => [flipped(chunk, 1)]],
  ['claims a length no record has', (chunk) => [flipped(chunk, 0)]],
  ['drops a record', () => []],
  ['repeats a record', (chunk) => [chunk, chunk]],
  ['cuts a record short', (chunk) => [chunk.subarray(0, chunk.length - 9)]],
  ['puts noise between', (chunk) => [Uint8Array.from(randomBytes(chunk.length)), chunk]],
];

test.each(deeds)(
  'a relay that %s: both ends have all bytes in the end, over other paths',
  async (_, deed) => {
    for (const way of ['there', 'back'] as const) {
      world = await World.make();
      let did = 0;
      world.treat = once(way, 3, (chunk) => {
        did += 1;
        return deed(chunk);
      });
      const attachment = await attach();
      await echoes(attachment, Uint8Array.from(randomBytes(400_000)));
      expect(did).toBe(1);
      await attachment.terminate();
    }
  },
);

test('a relay that reorders records is noticed, and nothing comes out of order', async () => {
  const attachment = await attach();
  let held: Uint8Array | undefined;
  let done = false;
  world.treat = (way, chunk) => {
    if (done || way === 'back' || chunk.length < 1000) return { chunks: [chunk] };
    if (!held) {
      held = chunk;
      return { chunks: [] };
    }
    done = true;
    return { chunks: [chunk, held] };
  };
  await echoes(attachment, Uint8Array.from(randomBytes(400_000)));
  expect(done).toBe(true);
});

test.each(['there', 'back'] as const)(
  'a relay that never stops changing what goes %s ends the attachment; nobody is given a wrong byte',
  async (way) => {
    const attachment = await attach();
    const stream = await attachment.openStream();
    world.treat = (which, chunk) => ({
      chunks: [which === way && chunk.length >= 1000 ? flipped(chunk, 77) : chunk],
    });
    const end = readAll(stream);
    stream.write(Uint8Array.from(randomBytes(100_000)));
    await expect(end).rejects.toThrow('reset');
    expect((await attachment.closed).ended).toBe(false);
    expect(world.remote.params.length).toBe(1);
  },
);

test('records of another session, or of another channel of the same one, are nobody’s records', async () => {
  const other = await World.make();
  const stolen: Uint8Array[] = [];
  other.treat = (way, chunk) => {
    if (way === 'there' && chunk.length >= 1000) stolen.push(Uint8Array.from(chunk));
    return { chunks: [chunk] };
  };
  await echoes(await attachTo(await other.ticket(), other.client, other.options), bytes(60_000, 1));
  const attachment = await attach();
  const spliced = stolen.length;
  world.treat = once('there', 2, () => stolen.splice(0, 1));
  await echoes(attachment, bytes(200_000, 2));
  expect(stolen.length).toBe(spliced - 1);
  // One channel's own first record in another's place.
  let first: Uint8Array | undefined;
  world.treat = once('there', 1, (chunk) => {
    first = Uint8Array.from(chunk);
    return [chunk];
  });
  await echoes(attachment, bytes(60_000, 3));
  world.treat = once('there', 1, () => (first ? [first] : []));
  await echoes(attachment, bytes(60_000, 4));
});

const bytes = (length: number, seed: number) => new Uint8Array(length).map((_, at) => at * 7 + seed);

test('what is said is in nothing that passes: neither parameters nor bytes', async () => {
  world = await World.make({ terminal: { send: true, receive: true } });
  const seen: Uint8Array[] = [];
  world.treat = (_, chunk) => {
    seen.push(Uint8Array.from(chunk));
    return { chunks: [chunk] };
  };
  const attachment = await attach();
  const secret = 'the-secret-command --password=hunter2';
  const got: string[] = [];
  const terminal = await attachment.openTerminal(
    { mode: 'exec', command: secret },
    {
      data: (chunk) => got.push(Buffer.from(chunk).toString()),
      stderr: () => {},
      screen: () => {},
      exit: () => {},
      writable: () => {},
      lost: () => {},
    },
  );
  terminal.write(new TextEncoder().encode('typed-in-the-terminal'));
  await expect.poll(() => got.join('')).toBe('typed-in-the-terminal');
  await attachment.detach();
  expect(world.remote.params).toEqual([{ mode: 'exec', command: secret }]);
  const wire = Buffer.concat(seen).toString('latin1');
  expect(wire).toContain(world.claims.attachment);
  for (const hidden of ['secret-command', 'hunter2', 'exec', 'typed-in', 'detach', 'opened', 'params'])
    expect(wire).not.toContain(hidden);
});

/** Reads and rewrites the openings that pass, as an entry must read them. */
function rewriting(change: (opening: ClientOpening) => object | undefined): Treat {
  const parse = messageHead(ClientOpening);
  return (way, chunk) => {
    if (way === 'back') return { chunks: [chunk] };
    try {
      const head = parse(chunk);
      const changed = head && change(head.value);
      if (!head || !changed) return { chunks: [chunk] };
      return { chunks: [encodeMessage(changed), chunk.subarray(head.used)] };
    } catch {
      return { chunks: [chunk] };
    }
  };
}

test('an entry that puts its own handshake beside the token is refused: the proof speaks of another', async () => {
  const mine = await makeDhKeys();
  world.treat = rewriting((opening) =>
    opening.type === 'attach'
      ? { ...opening, seal: Uint8Array.from([...mine.publicKey, ...opening.seal.slice(32)]) }
      : undefined,
  );
  await expect(attach()).rejects.toMatchObject({ code: 'proof_invalid' });
  const begun = await initiate(world.sealKeys.publicKey, new Uint8Array(), new Uint8Array(), nodeAead);
  world.treat = rewriting((opening) =>
    opening.type === 'attach' ? { ...opening, seal: begun.message } : undefined,
  );
  await expect(attach()).rejects.toMatchObject({ code: 'proof_invalid' });
  expect(world.started).toBe(0);
});

test('an entry that plays the service node with its own key is found out by the client', async () => {
  const mine = await makeDhKeys();
  const nothing = new Uint8Array();
  const begun = await initiate(mine.publicKey, nothing, nothing, nodeAead);
  const { answer } = await respond(mine, nothing, begun.message, nothing, nodeAead);
  world.treat = (way, chunk) => {
    const length = way === 'back' ? messageLength(chunk) : undefined;
    if (length === undefined || !Buffer.from(chunk).includes('sealed')) return { chunks: [chunk] };
    return { chunks: [encodeMessage({ type: 'sealed', seal: answer }), chunk.subarray(length)] };
  };
  await expect(attach()).rejects.toMatchObject({ code: 'seal_broken' });
});

test('a ticket with another key than the service node has opens nothing', async () => {
  const mine = await makeDhKeys();
  const ticket = await world.ticket();
  const sealKey = Buffer.from(mine.publicKey).toString('base64url');
  await expect(attachTo({ ...ticket, sealKey }, world.client, world.options)).rejects.toMatchObject({
    code: 'seal_broken',
  });
});

test('an entry that opens a channel as another kind, or under another number, gets no channel open', async () => {
  world = await World.make({
    stream: { send: true, receive: true },
    terminal: { send: true, receive: true },
  });
  const attachment = await attach();
  for (const change of [{ channel: 'terminal' }, { number: 77 }]) {
    let did = false;
    world.treat = rewriting((opening) => {
      if (opening.type !== 'channel' || did) return undefined;
      did = true;
      return { ...opening, ...change };
    });
    await echoes(attachment, bytes(5_000, 1));
    expect(did).toBe(true);
  }
  expect(world.remote.params.length).toBe(2);
});

/** Noise that begins like a record of this length. */
const noise = (length: number) => {
  const made = randomBytes(400);
  made.writeUInt16BE(length);
  return made;
};

test.each([
  ['no record', 5],
  ['a record that is whole', 200],
  ['a record whose rest never comes', 16_000],
])(
  'what begins a channel is begun once, whatever a relay puts behind it: what looks like %s',
  async (_, length) => {
    const attachment = await attach();
    let isNext = false;
    let did = false;
    world.treat = (way, chunk) => {
      if (way === 'back' || did) return { chunks: [chunk] };
      if (isNext) {
        did = true;
        return { chunks: [Buffer.concat([chunk, noise(length)])] };
      }
      isNext = Buffer.from(chunk).includes('channel');
      return { chunks: [chunk] };
    };
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let over = false;
    const echoed = echoes(attachment, bytes(5_000, 1)).finally(() => {
      over = true;
    });
    // Proofs and keys take real time, patience only what the clock says.
    while (!over) {
      await vi.advanceTimersByTimeAsync(100);
      await sleep(2);
    }
    await echoed;
    expect(did).toBe(true);
    expect(world.remote.params.length).toBe(1);
  },
);

test('a recorded attachment played again does nothing: not the attach, not the channel, not the resume', async () => {
  const recorded: Uint8Array[][] = [];
  world.treat = (way, chunk) => {
    if (way === 'there') recorded.push([Uint8Array.from(chunk)]);
    return { chunks: [chunk] };
  };
  const attachment = await attach();
  await echoes(attachment, bytes(100, 1));
  world.cutPaths();
  await echoes(attachment, bytes(100, 2));
  world.treat = honest;
  const served = world.remote.params.length;
  for (const [chunk] of recorded) {
    const stream = await world.stream();
    stream.write(chunk ?? new Uint8Array());
    stream.end();
  }
  await echoes(attachment, bytes(100, 3));
  expect(world.remote.params.length).toBe(served + 1);
  expect(world.started).toBe(1);
});

test('who stole the resume token and the key it is bound to, but not the seal, gets nowhere', async () => {
  const ticket = await world.ticket();
  const attachment = await attachTo(ticket, world.client, world.options);
  const point = Uint8Array.from(randomBytes(22));
  const proof = await proveToken(ticket.resume, point, world.client, world.now);
  const stream = await world.stream();
  stream.write(encodeMessage({ type: 'resume', version: 2, token: ticket.resume, proof, path: 1, point }));
  const { value } = await takeHead(stream, messageHead(ResumeAnswer), 5_000);
  expect(value).toMatchObject({ type: 'refused', code: 'seal_broken' });
  const states: string[] = [];
  attachment.watchPath((state) => states.push(state));
  await echoes(attachment, bytes(1_000, 9));
  expect(states).toEqual([]);
});

test('an entry that changes the number of a path gets nowhere with it; the next try does', async () => {
  const attachment = await attach();
  let tampered = 0;
  world.treat = rewriting((opening) => {
    if (opening.type !== 'resume' || tampered > 2) return undefined;
    tampered += 1;
    return { ...opening, path: opening.path + 5 };
  });
  world.cutPaths();
  await echoes(attachment, bytes(1_000, 9));
  expect(tampered).toBe(3);
});
