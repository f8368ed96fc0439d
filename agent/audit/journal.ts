/**
 * What the agent did, for whoever has to know afterwards: lines of JSON, each holding the hash of the one before, in files of bounded size and number. A line that a
 * crash cut is taken away when the journal is opened again, and that is a line too.
 */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { AuditEntry, type AuditEvent, type AuditFields, GENESIS, lineOf } from './entry.ts';

/** A field longer than this is cut: what a caller sends must not fill the journal. */
const MAX_TEXT = 512;

export interface JournalOptions {
  readonly folder: string;
  readonly fileBytes: number;
  /** Files kept, the one being written among them. */
  readonly files: number;
  readonly now: () => number;
}

export const fileOf = (folder: string, back: number) =>
  join(folder, back === 0 ? 'audit.jsonl' : `audit.${back}.jsonl`);

export class Journal {
  readonly #options: JournalOptions;
  #file: number;
  #size: number;
  #seq = 0;
  #last = GENESIS;

  constructor(options: JournalOptions) {
    this.#options = options;
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    const { kept, cut } = this.#resume();
    this.#file = openSync(fileOf(options.folder, 0), 'a', 0o600);
    this.#size = kept;
    if (cut > 0) this.record('audit.repaired', { bytes: cut });
  }

  get last(): { readonly seq: number; readonly hash: string } {
    return { seq: this.#seq, hash: this.#last };
  }

  /** Written before it returns: what is done next is on record, whatever happens to this process. */
  record(event: AuditEvent, fields: AuditFields = {}): void {
    if (this.#file < 0) return;
    if (this.#size >= this.#options.fileBytes) this.#rotate();
    this.#seq += 1;
    const at = new Date(this.#options.now()).toISOString();
    const { line, hash } = lineOf({ seq: this.#seq, at, event, fields: bounded(fields), prev: this.#last });
    this.#size += writeSync(this.#file, line);
    this.#last = hash;
  }

  close(): void {
    if (this.#file < 0) return;
    fsyncSync(this.#file);
    closeSync(this.#file);
    this.#file = -1;
  }

  /** Finds the end of the chain, and drops a line that was not finished. */
  #resume(): { kept: number; cut: number } {
    const { folder } = this.#options;
    for (const back of [0, 1]) {
      const text = textOf(fileOf(folder, back));
      const end = text.lastIndexOf(0x0a) + 1;
      const cut = text.length - end;
      if (back === 0 && cut > 0) truncateSync(fileOf(folder, 0), end);
      const start = text.lastIndexOf(0x0a, end - 2) + 1;
      const entry = end === 0 ? undefined : parsed(text.subarray(start, end).toString('utf8'));
      if (entry) {
        this.#seq = entry.seq;
        this.#last = entry.hash;
        return back === 0 ? { kept: end, cut } : { kept: 0, cut: 0 };
      }
    }
    return { kept: 0, cut: 0 };
  }

  #rotate(): void {
    const { folder, files } = this.#options;
    fsyncSync(this.#file);
    closeSync(this.#file);
    rmSync(fileOf(folder, files - 1), { force: true });
    for (let back = files - 2; back >= 0; back -= 1) {
      try {
        renameSync(fileOf(folder, back), fileOf(folder, back + 1));
      } catch {
        // There are not yet so many.
      }
    }
    this.#file = openSync(fileOf(folder, 0), 'a', 0o600);
    this.#size = 0;
  }
}

function textOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

function parsed(line: string): AuditEntry | undefined {
  try {
    return AuditEntry.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

function bounded(fields: AuditFields): AuditFields {
  const cut = (text: string) => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => {
      if (typeof value === 'string') return [key, cut(value)];
      return [key, Array.isArray(value) ? value.slice(0, 64).map(cut) : value];
    }),
  );
}
