/** Two relays: the one that a live shell takes is killed, and typing goes on by the other. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { attach } from '../../dataplane/client/attach.ts';
import type { Attachment } from '../../dataplane/client/attachment.ts';
import { nodeAead, nodeDialer } from '../../dataplane/client/node.ts';
import type { TerminalChannel } from '../../dataplane/client/terminal.ts';
import { Fabric } from '../fabric.ts';

/** What the bench `mesh` measures is 500 ms; a test must pass on a busy machine. */
const MOST_MS = 10_000;
const EVERY_MS = 20;
const RELAYS = ['relay', 'relay-2'] as const;
type Relay = (typeof RELAYS)[number];

let fabric: Fabric;
beforeAll(async () => {
  fabric = await Fabric.start('--relays', '2');
  expect((await fabric.login()).status).toBe(0);
});
afterAll(async () => {
  await fabric?.[Symbol.asyncDispose]();
});

const Status = z.object({
  roles: z.array(z.object({ pid: z.number().optional(), metrics: z.record(z.string(), z.number()) })),
});

async function roleOf(node: Relay) {
  const text = readFileSync(join(fabric.data, 'nodes', node, 'agent.json'), 'utf8');
  const { localPort } = z.object({ localPort: z.number() }).parse(JSON.parse(text));
  const [role] = Status.parse(await (await fetch(`http://127.0.0.1:${localPort}/status`)).json()).roles;
  return role;
}

/** The relay that flows go through. */
async function relayInUse(): Promise<{ name: Relay; pid: number }> {
  for (const deadline = Date.now() + MOST_MS; Date.now() < deadline; await sleep(100))
    for (const name of RELAYS) {
      const role = await roleOf(name);
      if (role?.pid && (role.metrics['flows_live'] ?? 0) > 0) return { name, pid: role.pid };
    }
  throw new Error('no relay has a flow');
}

/** Types a character at a time into a shell, and knows when each came back. */
class Shell {
  readonly #pressed: number[] = [];
  readonly #echoed: number[] = [];
  readonly #timer: NodeJS.Timeout;
  screen = '';

  static async open(attachment: Attachment): Promise<Shell> {
    let text = '';
    let heard: (piece: string) => void = (piece) => {
      text += piece;
    };
    const channel = await attachment.openTerminal(
      { mode: 'shell', term: 'xterm-256color', size: { cols: 80, rows: 24 } },
      {
        data: (bytes) => heard(Buffer.from(bytes).toString('latin1')),
        stderr: () => {},
        screen: () => {},
        exit: () => {},
        writable: () => {},
        lost: () => {},
      },
    );
    channel.write(Buffer.from('stty -icanon -onlcr; PS1=; echo ready-$((40+2)); exec cat >/dev/null\n'));
    await expect.poll(() => text, { timeout: MOST_MS }).toContain('ready-42');
    const shell = new Shell(channel);
    heard = (piece) => shell.#heard(piece);
    return shell;
  }

  constructor(channel: TerminalChannel) {
    this.#timer = setInterval(() => {
      channel.write(Buffer.from(this.#keyAt(this.#pressed.length)));
      this.#pressed.push(performance.now());
    }, EVERY_MS);
  }

  /** Milliseconds until the first key pressed after that moment was echoed. */
  async pauseAfter(at: number): Promise<number> {
    const key = () => this.#pressed.findIndex((pressed) => pressed > at);
    await expect.poll(() => key() >= 0 && this.#echoed[key()] !== undefined, { timeout: MOST_MS }).toBe(true);
    return (this.#echoed[key()] ?? Number.NaN) - at;
  }

  /** All keys came back, once and in order. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await expect.poll(() => this.#echoed.length, { timeout: MOST_MS }).toBe(this.#pressed.length);
    expect(this.screen).toBe(this.#pressed.map((_, n) => this.#keyAt(n)).join(''));
  }

  #keyAt(n: number): string {
    return String.fromCharCode(97 + (n % 26));
  }

  #heard(piece: string): void {
    const echoed = piece.replaceAll(/[^a-z]/g, '');
    this.screen += echoed;
    for (const _ of echoed) this.#echoed.push(performance.now());
  }
}

test('typing goes on when the relay of a live shell is killed, and again when the other one is', async () => {
  const { ticket, keys } = await fabric.ticket('demo-shell');
  const attachment = await attach(ticket, keys, { dial: nodeDialer('quic'), aead: nodeAead });
  const shell = await Shell.open(attachment);
  const killed: Relay[] = [];
  for (let round = 0; round < 2; round += 1) {
    const { name, pid } = await relayInUse();
    killed.push(name);
    const at = performance.now();
    process.kill(pid, 'SIGKILL');
    expect(await shell.pauseAfter(at)).toBeLessThan(MOST_MS);
    // The next one to die must not be the only one: entry, service node and the other relay are linked.
    await expect
      .poll(async () => (await roleOf(name))?.metrics['links_up'] ?? 0, { timeout: 30_000 })
      .toBe(3);
  }
  await shell.stop();
  expect(new Set(killed).size).toBe(2);
  await attachment.terminate();
});
