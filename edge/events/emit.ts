/** Puts an event into the outbox, in the transaction of what it tells of; notes whom to wake once that is committed. */
import type { EventData, EventType } from '../../schema/events.ts';
import { events } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';
import { noteEmitted } from './emitted.ts';

export interface NewEvent {
  readonly chain: string;
  readonly type: EventType;
  readonly actor: string;
  readonly subject: string | null;
  readonly about: string | null;
  readonly data: EventData;
}

export async function emit(tx: Tx, event: NewEvent): Promise<void> {
  await tx.insert(events).values(event);
  noteEmitted(tx, event.chain);
}
