/** From a resource's name to an attachment. */
import { generateKeyPair } from 'jose';
import type { Attachment, PathState } from '../../dataplane/client/attachment.ts';
import type { Carrier } from '../../dataplane/transport/transport.ts';
import type { SessionTicket } from '../../schema/api/sessions.ts';
import type { OrgId, SessionId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { type ClientKey, publicClientKey } from '../../schema/tokens/proof.ts';
import type { Api, Seat } from './api.ts';
import { tellSession } from './session-news.ts';

export interface Attaching {
  readonly api: Api;
  readonly org: string | undefined;
  readonly resource: string;
  /** `newest`: the newest live session of mine on the resource; an id: that one; undefined: a new one. */
  readonly session?: 'newest' | SessionId;
  /** In that session; in control when undefined. */
  readonly seat?: Seat;
  /** Only over this; undefined: QUIC, and TCP where UDP is blocked. */
  readonly over?: Carrier;
  readonly verbose: (text: string) => void;
}

export async function attachTo({
  api,
  org: orgName,
  resource: name,
  session,
  seat = { role: 'controller' },
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
  const ticket =
    session === undefined
      ? await api.open(org, (await api.resource(org, name)).id, key)
      : await attachTicket({ api, org, name, session, seat, key });
  verbose(`session ${ticket.session} (${since()})`);
  const [{ attach }, { nodeAead, nodeDialer }] = await engine;
  const attachment = await attach(ticket, keys, { dial: nodeDialer(over), aead: nodeAead });
  attachment.watchPath(tellPath(verbose));
  attachment.watchSession(tellSession(attachment.id, verbose));
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

async function attachTicket(to: {
  api: Api;
  org: OrgId;
  name: string;
  session: 'newest' | SessionId;
  seat: Seat;
  key: ClientKey;
}): Promise<SessionTicket> {
  const { api, org, name, session, seat, key } = to;
  if (session === 'newest') return api.attach(org, await newest(api, org, name), key, seat);
  const isMine = (await api.sessions(org)).some(({ id }) => id === session);
  return isMine || (seat.role === 'controller' && seat.reason === undefined)
    ? api.attach(org, session, key, seat)
    : api.join(org, session, key, seat);
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
