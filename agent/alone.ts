/** One agent per data folder: two would write one audit, and take each other's ports. Who answers at the folder's socket has it. */
import { connect } from 'node:net';
import { Refusal } from '../schema/refusal.ts';

const ANSWER_MS = 1_000;

/** @throws Refusal `conflict` */
export async function requireAlone(socket: string, data: string): Promise<void> {
  if (await answers(socket)) throw new Refusal('conflict', `another agent runs on ${data}: stop it first`);
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
