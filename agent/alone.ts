/**
 * One agent per data folder: two would write one audit, and take each other's ports. Who answers at the folder's socket has it; and who holds the folder's
 * own address, whatever sockets it was configured with.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { Refusal } from '../schema/refusal.ts';

const ANSWER_MS = 1_000;

/** @returns what holds the folder for as long as it is not closed. @throws Refusal `conflict` */
export async function requireAlone(socket: string, data: string): Promise<Server> {
  const taken = new Refusal('conflict', `another agent runs on ${data}: stop it first`);
  if (await answers(socket)) throw taken;
  const held = await hold(await addressOf(data));
  if (!held) throw taken;
  return held;
}

/** Abstract (unix(7)): goes with its process, however that ends. The name is in the folder alone, so that nobody else can take it. */
async function addressOf(data: string): Promise<string> {
  const path = join(data, 'lock');
  await mkdir(data, { recursive: true, mode: 0o700 });
  await writeFile(path, randomBytes(16).toString('hex'), { flag: 'wx', mode: 0o600 }).catch(
    (error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    },
  );
  return `\0fabric-agent ${(await readFile(path, 'utf8')).slice(0, 64)}`;
}

function hold(address: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((client) => client.destroy());
    server.once('error', (error) => {
      if ('code' in error && error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(address, () => resolve(server.unref()));
  });
}

/** A socket that a killed agent left refuses the connection. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const done = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.setTimeout(ANSWER_MS, () => done(false));
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}
