/** Puts an event into the outbox, in the transaction of what it tells of; remembers whom to wake once that is committed. */
import type { EventData, EventType } from '../../schema/events.ts';
import { events } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';

export interface NewEvent {
  readonly chain: string;
  readonly type: EventType;
  readonly actor: string;
  readonly subject: string | null;
  readonly about: string | null;
  readonly data: EventData;
}

const emitted = new WeakMap<object, Set<string>>();

export async function emit(tx: Tx, event: NewEvent): Promise<void> {
  await tx.insert(events).values(event);
  const chains = emitted.get(tx) ?? new Set();
  chains.add(event.chain);
  emitted.set(tx, chains);
}

/** The chains that a transaction added events to. */
export function emittedBy(tx: object): ReadonlySet<string> {
  return emitted.get(tx) ?? new Set();
}
