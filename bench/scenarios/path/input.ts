/** Round trips on the control channel, client to service node and back: what a keystroke meets before any shell does. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';
import { attach } from '../../../dataplane/client/attach.ts';
import { dialNode } from '../../../dataplane/client/node.ts';
import { Me } from '../../../schema/api/auth.ts';
import { ResourceList } from '../../../schema/api/resources.ts';
import { SessionTicket } from '../../../schema/api/sessions.ts';
import type { Fabric } from '../../../test/fabric.ts';
import { timeRounds } from '../../samples.ts';

/** Milliseconds per round trip. */
export async function timeInput(fabric: Fabric, rounds: number, pauseMs: number): Promise<number[]> {
  const { accessToken } = JSON.parse(readFileSync(join(fabric.data, 'home', 'settings.json'), 'utf8')) as {
    accessToken: string;
  };
  const call = async (path: string, body?: object): Promise<unknown> => {
    const headers = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' };
    const response = await fetch(`${fabric.ready.api}${path}`, {
      headers,
      ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
    });
    return response.json();
  };
  const [org] = Me.parse(await call('/v1/me')).organizations;
  const base = `/v1/orgs/${org?.id}`;
  const shell = ResourceList.parse(await call(`${base}/resources`)).resources.find(
    ({ name }) => name === 'demo-shell',
  );
  const keys = await generateKeyPair('EdDSA');
  const { kty, crv, x } = await exportJWK(keys.publicKey);
  const ticket = SessionTicket.parse(
    await call(`${base}/sessions`, { resource: shell?.id, key: { kty, crv, x } }),
  );
  const attachment = await attach(ticket, keys, { dial: dialNode });
  try {
    return await timeRounds(rounds, async () => void (await attachment.ping()), pauseMs);
  } finally {
    await attachment.terminate();
  }
}
