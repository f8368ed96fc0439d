/** The entry: clients come in by WebTransport, prove themselves, and each of their streams goes on as a flow of its channel's class. */
import { TRAFFIC_CLASS, type TrafficClass } from '../../schema/channel.ts';
import { ProtocolViolation, Refusal } from '../../schema/refusal.ts';
import {
  authorizeChannel,
  authorizeEntry,
  type DataPlaneClaims,
  type DataPlaneVerifier,
  dataPlaneVerifier,
  UsedTokens,
} from '../../schema/tokens/data-plane.ts';
import { PROOF_LIFETIME_S, verifyProof } from '../../schema/tokens/proof.ts';
import { type Attach, WEBTRANSPORT_PATH } from '../../schema/wire/attach.ts';
import type { ChannelOpen } from '../../schema/wire/channel.ts';
import { encodeMessage } from '../../schema/wire/message.ts';
import { ClientOpening } from '../../schema/wire/opening.ts';
import type { Resume } from '../../schema/wire/resume.ts';
import { type Allowance, Bandwidth } from '../channel/bandwidth/allowance.ts';
import { PacedStream } from '../channel/bandwidth/paced.ts';
import { meterDirections } from '../channel/one-way.ts';
import { DatagramLabels } from '../transport/datagram-labels.ts';
import { messageHead, takeHead } from '../transport/head.ts';
import { answerRefusal, refuseStream } from '../transport/refuse.ts';
import { splice } from '../transport/splice.ts';
import type { ByteStream, Connection } from '../transport/transport.ts';
import { webTransportConnection } from '../transport/webtransport.ts';
import {
  type ReliableServer,
  type ServeOptions,
  serveReliable,
  serveWebTransport,
} from '../webtransport/webtransport.ts';
import { Mesh } from './mesh.ts';
import type { RoleContext, RunningRole } from './role.ts';

/** A client that has not attached by then is let go, milliseconds. */
const ATTACH_MS = 5_000;
const MAX_CLIENTS = 10_000;
/** Live streams of one client; a further one is refused. */
const MAX_STREAMS = 256;
/** How long the service node may take for its first word, milliseconds, and ways that are tried. */
const ANSWER_MS = 4_500;
const MAX_WAYS = 3;
/** What a session's limit is taken times here: the service node counts what was said, an entry its seals and acknowledgements too. */
const SEALED_SHARE = 1.25;
/** A head of no bytes: there once anything has come. */
const nothing = () => ({ value: undefined, used: 0 });
/** Application close codes towards clients. */
const CLOSE = { stopping: 0, refused: 1, protocol: 2, overloaded: 3 } as const;

export async function startEntry(context: RoleContext): Promise<RunningRole> {
  let { snapshot } = context;
  let verify = dataPlaneVerifier(snapshot.cluster, snapshot.signingKeys, snapshot.epoch);
  const used = new UsedTokens();
  const bandwidth = new Bandwidth(() => performance.now());
  const clients = new Set<EntryClient>();
  let attached = 0;
  let refused = 0;

  const serving: ServeOptions = {
    path: WEBTRANSPORT_PATH,
    allowOrigin: (origin) => origin === undefined || (snapshot.origins ?? []).includes(origin),
    session: (session) => {
      const connection = webTransportConnection(session);
      if (clients.size >= MAX_CLIENTS) return void connection.close(CLOSE.overloaded, 'overloaded');
      const client = new EntryClient(connection, {
        mesh,
        used,
        bandwidth,
        now: context.now,
        verify: (token, now, use) => verify(token, now, use),
        node: () => snapshot.node,
        counted: (outcome) => {
          if (outcome === 'attached') attached += 1;
          else refused += 1;
        },
        gone: (left) => clients.delete(left),
      });
      clients.add(client);
    },
  };
  const web = await serveWebTransport(serving);
  const mesh: Mesh = await Mesh.start({
    context,
    announces: false,
    // Nobody sends flows to an entry.
    flow: (_from, _open, stream) => refuseStream(stream, new Refusal('no_route').flowCode),
    others: { alpn: 'h3', connection: (connection) => web.receive(connection) },
  });
  const reliable = await overTcp(context, mesh.port, serving);

  return {
    endpoint: mesh.endpoint,
    update: (next) => {
      snapshot = next;
      verify = dataPlaneVerifier(next.cluster, next.signingKeys, next.epoch);
      mesh.update(next);
    },
    setIdentity: (identity, publicTls) => {
      mesh.setIdentity(identity);
      reliable?.setIdentity(publicTls ?? identity);
    },
    sessions: () => [],
    endSession: () => {},
    metrics: () => ({
      links_up: mesh.linksUp,
      links_over_tcp: mesh.linksOverTcp,
      clients: clients.size,
      attachments_total: attached,
      attachments_refused_total: refused,
      flows_opened_total: mesh.flowsOpened,
      flows_moved_total: mesh.flowsMoved,
      ...bandwidth.metrics(),
    }),
    drain: () => mesh.drain(),
    network: () => mesh.report(),
    close: async () => {
      await Promise.all([...clients].map((client) => client.close(CLOSE.stopping, 'the entry node stops')));
      await Promise.all([web.close(), reliable?.close()]);
      await mesh.close();
    },
  };
}

/** The same port on TCP, for clients whose network blocks UDP. Without it the entry still serves all others. */
async function overTcp(
  { listen, identity, publicTls, log }: RoleContext,
  port: number,
  serving: ServeOptions,
): Promise<ReliableServer | undefined> {
  try {
    return await serveReliable({ ...serving, host: listen.host, port, identity: publicTls ?? identity });
  } catch (error) {
    log.warn(
      { port, reason: String(error) },
      'TCP is not served: clients behind a firewall that blocks UDP stay outside',
    );
    return undefined;
  }
}

interface EntryNode {
  readonly mesh: Mesh;
  readonly used: UsedTokens;
  readonly bandwidth: Bandwidth;
  readonly now: () => number;
  readonly verify: DataPlaneVerifier;
  readonly node: () => DataPlaneClaims['entries'][number];
  readonly counted: (outcome: 'attached' | 'refused') => void;
  readonly gone: (client: EntryClient) => void;
}

/** One WebTransport session: one attachment. */
class EntryClient {
  readonly #connection: Connection;
  readonly #entry: EntryNode;
  readonly #labels: DatagramLabels;
  readonly #deadline: NodeJS.Timeout;
  #claims: DataPlaneClaims | undefined;
  #allowance: Allowance | undefined;
  #attaching = false;
  #streams = 0;

  constructor(connection: Connection, entry: EntryNode) {
    this.#connection = connection;
    this.#entry = entry;
    this.#labels = new DatagramLabels(connection);
    this.#deadline = setTimeout(() => void this.close(CLOSE.protocol, 'attach first'), ATTACH_MS);
    connection.observe({
      stream: (stream) => this.#incoming(stream),
      datagrams: (batch) => {
        for (const datagram of batch) this.#labels.receive(datagram);
      },
      closed: () => {
        clearTimeout(this.#deadline);
        entry.gone(this);
      },
    });
  }

  close(code: number, reason: string): Promise<void> {
    return this.#connection.close(code, reason);
  }

  #incoming(stream: ByteStream): void {
    if (this.#streams >= MAX_STREAMS) return refuseStream(stream, new Refusal('overloaded').flowCode);
    this.#streams += 1;
    takeHead(stream, messageHead(ClientOpening), ATTACH_MS)
      .then(({ value, stream: rest }) =>
        value.type === 'channel' ? this.#channel(value, rest) : this.#attach(value, rest),
      )
      .catch((error: unknown) => {
        this.#streams -= 1;
        if (error instanceof ProtocolViolation) void this.close(CLOSE.protocol, error.message);
        else this.#answerRefusal(stream, error);
      });
  }

  /** Checks all that can be checked here, then lets the service node check it again. A token to resume is used often; the proof with it once. */
  async #attach(attach: Attach | Resume, stream: ByteStream): Promise<void> {
    if (this.#attaching) throw new ProtocolViolation('one attachment per connection');
    this.#attaching = true;
    const { used, verify, node } = this.#entry;
    const now = this.#entry.now();
    const claims = await verify(attach.token, now, attach.type);
    authorizeEntry(claims, node());
    const said = attach.type === 'attach' ? attach.seal : attach.point;
    await verifyProof(attach.proof, attach.token, said, claims.cnf.jkt, now);
    used.use(attach.type === 'attach' ? claims : proofOnce(attach.proof, now), now);
    const flow = await this.#begin(claims, attach);
    clearTimeout(this.#deadline);
    this.#claims = claims;
    this.#allowance = this.#entry.bandwidth.allow(claims, ['session'], SEALED_SHARE);
    // It left while the service node was asked.
    void this.#connection.closed.then(() => this.#allowance?.release());
    this.#entry.counted('attached');
    this.#join(stream, flow);
  }

  async #channel(open: ChannelOpen, stream: ByteStream): Promise<void> {
    const claims = this.#claims;
    if (!this.#allowance || !claims || open.attachment !== claims.attachment)
      throw new Refusal('attachment_unknown');
    const grant = authorizeChannel(claims, open.channel);
    const trafficClass = TRAFFIC_CLASS[open.channel];
    stream.setClass(trafficClass);
    // A browser does not tell its streams' numbers: towards a client the channel's own is the label.
    stream.datagrams = this.#labels.of(open.number, trafficClass);
    const flow = await this.#openFlow(claims, trafficClass);
    flow.write(encodeMessage(open));
    const allowance = this.#allowance.of(open.channel);
    const metered = meterDirections(stream, open.channel, grant, this.#entry.now);
    this.#join(new PacedStream(metered, allowance), flow);
  }

  #openFlow({ service, org, session }: DataPlaneClaims, trafficClass: TrafficClass): Promise<ByteStream> {
    return this.#entry.mesh.openFlow({ to: service, class: trafficClass, org, session });
  }

  /** A token opens one attachment, so who comes just when a relay dies could not come again: until something is answered, the entry tries other ways itself. */
  async #begin(claims: DataPlaneClaims, opening: object): Promise<ByteStream> {
    for (let ways = 1; ; ways += 1) {
      this.#deadline.refresh();
      const flow = await this.#openFlow(claims, TRAFFIC_CLASS.control);
      flow.write(encodeMessage(opening));
      try {
        return (await takeHead(flow, nothing, ANSWER_MS)).stream;
      } catch (cause) {
        if (ways === MAX_WAYS) throw new Refusal('no_route', undefined, { cause });
      }
    }
  }

  #join(stream: ByteStream, flow: ByteStream): void {
    splice(stream, flow, () => {
      this.#streams -= 1;
    });
  }

  #answerRefusal(stream: ByteStream, error: unknown): void {
    const refusal = error instanceof Refusal ? error : new Refusal('internal');
    if (!this.#claims) this.#entry.counted('refused');
    answerRefusal(stream, refusal);
  }
}

/** A proof is remembered for as long as it could be used. */
function proofOnce(proof: string, now: number): { jti: string; exp: number } {
  return { jti: proof.slice(-86), exp: now / 1000 + 2 * PROOF_LIFETIME_S };
}
