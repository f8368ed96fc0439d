/**
 * Calls of the local API for the audit. The first of a kind is written at once; more of the same kind within a minute are counted and written as one line, so that who
 * asks all day does not push everything else out of the journal. Commands are written one by one elsewhere.
 */
import type { AuditEvent, AuditFields } from '../audit/entry.ts';

const WINDOW_MS = 60_000;
/** Kinds of calls held at once; a stranger's paths beyond it count as one kind. */
const MAX_KINDS = 64;

interface Kind {
  readonly event: AuditEvent;
  readonly fields: AuditFields;
  more: number;
}

export class CallLog {
  readonly #record: (event: AuditEvent, fields: AuditFields) => void;
  readonly #kinds = new Map<string, Kind>();
  readonly #timer: NodeJS.Timeout;

  constructor(record: (event: AuditEvent, fields: AuditFields) => void, windowMs = WINDOW_MS) {
    this.#record = record;
    this.#timer = setInterval(() => this.#write(), windowMs);
    this.#timer.unref();
  }

  called(over: string, path: string): void {
    this.#note('local.called', { over, path });
  }

  refused(over: string, path: string, code: string): void {
    this.#note('local.refused', { over, path: path.slice(0, 64), code });
  }

  close(): void {
    clearInterval(this.#timer);
    this.#write();
  }

  #note(event: AuditEvent, fields: AuditFields): void {
    const full = this.#kinds.size >= MAX_KINDS;
    const key = `${event} ${Object.values(fields).join(' ')}`;
    const known = this.#kinds.get(key) ?? (full ? this.#kinds.get(event) : undefined);
    if (known) {
      known.more += 1;
      return;
    }
    this.#kinds.set(full ? event : key, { event, fields, more: 0 });
    this.#record(event, fields);
  }

  #write(): void {
    for (const { event, fields, more } of this.#kinds.values())
      if (more > 0) this.#record(event, { ...fields, more });
    this.#kinds.clear();
  }
}
