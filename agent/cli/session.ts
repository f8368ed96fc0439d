/** From a resource's name to an attachment. */
import { generateKeyPair } from 'jose';
import type { Attachment, PathState } from '../../dataplane/client/attachment.ts';
import type { Carrier } from '../../dataplane/transport/transport.ts';
import type { OrgId, SessionId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { publicClientKey } from '../../schema/tokens/proof.ts';
import type { Api } from './api.ts';

export interface Attaching {
  readonly api: Api;
  readonly org: string | undefined;
  readonly resource: string;
  /** `newest`: the newest live session of mine on the resource; an id: that one; undefined: a new one. */
  readonly session?: 'newest' | SessionId;
  /** Only over this; undefined: QUIC, and TCP where UDP is blocked. */
  readonly over?: Carrier;
  readonly verbose: (text: string) => void;
}

export async function attachTo({
  api,
  org: orgName,
  resource: name,
  session,
  over,
  verbose,
}: Attaching): Promise<Attachment> {
  const start = performance.now();
  const since = () => `${Math.round(performance.now() - start)} ms`;
  // The engine takes a moment to load: meanwhile the API is asked.
  const engine = Promise.all([
    import('../../dataplane/client/attach.ts'),
    import('../../dataplane/client/node.ts'),
  ]);
  engine.catch(() => {});
  const keys = await generateKeyPair('EdDSA');
  const key = await publicClientKey(keys.publicKey);
  const org = await api.organization(orgName);
  const resource = await api.resource(org, name);
  const id = session === 'newest' ? await newest(api, org, name) : session;
  const ticket = id === undefined ? await api.open(org, resource.id, key) : await api.attach(org, id, key);
  verbose(`session ${ticket.session} (${since()})`);
  const [{ attach }, { nodeAead, nodeDialer }] = await engine;
  const attachment = await attach(ticket, keys, { dial: nodeDialer(over), aead: nodeAead });
  attachment.watchPath(tellPath(verbose));
  verbose(
    `attached over ${attachment.carrier === 'quic' ? 'QUIC' : 'TCP (UDP seems to be blocked)'} by entry and ${attachment.relays} relay${attachment.relays === 1 ? '' : 's'} (${since()})`,
  );
  return attachment;
}

/** A pause must not look like the end: a person at a terminal is told, a script only where it asked for words. */
function tellPath(verbose: (text: string) => void): (state: PathState) => void {
  let lostAt = 0;
  const say = process.stderr.isTTY
    ? (text: string) => process.stderr.write(`\r\nfabric: ${text}\r\n`)
    : verbose;
  return (state) => {
    if (state === 'reconnecting') {
      lostAt = performance.now();
      say('the connection was lost, reconnecting');
    } else say(`reconnected after ${((performance.now() - lostAt) / 1000).toFixed(1)} s; nothing was lost`);
  };
}

async function newest(api: Api, org: OrgId, resource: string): Promise<SessionId> {
  const [found] = (await api.sessions(org)).filter(
    ({ resourceName, state }) => resourceName === resource && state !== 'requested',
  );
  if (!found)
    throw new Refusal(
      'not_found',
      `you have no live session on ${resource}: leave out --attach to start one`,
    );
  return found.id;
}
