/** What a request has at hand. On Node one set serves all requests; a Worker makes one per request, since connections can't outlive it there. */
import type { UpgradeWebSocket } from 'hono/ws';
import type { Logger } from 'pino';
import type { Caller, CallingNode, Member } from './caller.ts';
import type { Database } from './db.ts';
import type { Env } from './env.ts';
import type { Signals } from './events/signals.ts';
import type { Sealer } from './keys/envelope.ts';
import type { Limits } from './limits.ts';
import type { Metrics } from './metrics.ts';
import type { Outbound } from './outbound.ts';
import type { ObjectStore } from './storage/object-store.ts';

export interface Services {
  readonly env: Env;
  readonly db: Database;
  readonly limits: Limits;
  readonly master: Sealer;
  /** Wakes whoever waits for events. */
  readonly signals: Signals;
  /** The way to where organizations say: webhooks, identity providers. */
  readonly outbound: Outbound;
  /** Undefined: none is configured, and nothing can be recorded. */
  readonly objects?: ObjectStore | undefined;
  /** How a request becomes a WebSocket here; undefined where none is held open. */
  readonly upgrade?: UpgradeWebSocket;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface AppBindings {
  Variables: {
    services: Services;
    requestId: string;
    /** Who calls; on routes for persons, members and the platform (`access.ts`). */
    caller: Caller;
    /** What they are in the organization that the path names. */
    member: Member;
    /** The node that calls, on routes for nodes. */
    node: CallingNode;
    /** Ends with the stream that answers, which needs the services until then. */
    streaming?: Promise<void>;
  };
}
