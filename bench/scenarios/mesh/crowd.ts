/** Many people through one entry and one relay, each at a connection of their own and typing. Client ends and the service node share this process; entry and relay have theirs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { attach } from '../../../dataplane/client/attach.ts';
import type { Attachment } from '../../../dataplane/client/attachment.ts';
import { nodeAead, nodeDialer } from '../../../dataplane/client/node.ts';
import { TestMesh } from '../../../dataplane/roles/test-mesh.ts';

const KEY_EVERY_MS = 200;
const ATTACH_TOGETHER = 10;
const SETTLE_MS = 2_000;
const KEY = new Uint8Array(16);

export interface Crowd {
  /** Milliseconds from a key to its echo. */
  readonly echoes: number[];
  /** Bytes of resident memory a session costs. */
  readonly entry: number;
  readonly relay: number;
  /** Keys that were not echoed when the typing was over. */
  readonly missing: number;
}

export async function timeCrowd(sessions: number, seconds: number): Promise<Crowd> {
  // The entry of this process has no part in it.
  await using mesh = await TestMesh.start({ relays: 1, entries: 1 });
  const memory = async () =>
    Promise.all(['entry1', 'relay0'].map(async (name) => (await mesh.node(name).report()).memory));
  await using people = new People(mesh);
  await people.come(ATTACH_TOGETHER);
  await sleep(SETTLE_MS);
  const before = await memory();
  await people.come(sessions);
  await sleep(SETTLE_MS);
  const typed = await people.type(seconds);
  const after = await memory();
  const each = (at: number) => ((after[at] ?? 0) - (before[at] ?? 0)) / sessions;
  return { ...typed, entry: each(0), relay: each(1) };
}

class People implements AsyncDisposable {
  readonly #mesh: TestMesh;
  readonly #attachments: Attachment[] = [];
  readonly #keys: (() => void)[] = [];
  #echoes: number[] = [];
  #pressed = 0;

  constructor(mesh: TestMesh) {
    this.#mesh = mesh;
  }

  async come(more: number): Promise<void> {
    for (let n = 0; n < more; n += ATTACH_TOGETHER)
      await Promise.all(Array.from({ length: Math.min(ATTACH_TOGETHER, more - n) }, () => this.#comes()));
  }

  /** Everybody, each at a moment of their own within the interval. */
  async type(seconds: number): Promise<{ echoes: number[]; missing: number }> {
    this.#echoes = [];
    this.#pressed = 0;
    const until = performance.now() + seconds * 1000;
    await Promise.all(
      this.#keys.map(async (press, at) => {
        await sleep((at / this.#keys.length) * KEY_EVERY_MS);
        for (; performance.now() < until; await sleep(KEY_EVERY_MS)) press();
      }),
    );
    await sleep(SETTLE_MS);
    return { echoes: this.#echoes, missing: this.#pressed - this.#echoes.length };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#attachments.map((attachment) => attachment.detach()));
  }

  async #comes(): Promise<void> {
    const { ticket, keys } = await this.#mesh.ticket({ entries: ['entry1'] });
    const attachment = await attach(ticket, keys, { dial: nodeDialer('quic'), aead: nodeAead });
    const stream = await attachment.openStream();
    const waiting: number[] = [];
    let got = 0;
    stream.observe({
      readable: () => {
        for (let chunk = stream.read(); chunk; chunk = stream.read()) got += chunk.length;
        for (; got >= KEY.length; got -= KEY.length)
          this.#echoes.push(performance.now() - (waiting.shift() ?? 0));
      },
      writable: () => {},
      reset: () => {},
      stopped: () => {},
      closed: () => {},
    });
    this.#attachments.push(attachment);
    this.#keys.push(() => {
      this.#pressed += 1;
      waiting.push(performance.now());
      stream.write(KEY);
    });
  }
}
