/** Reads a backup's lines in order and tells each part to a visitor; whatever is out of place is refused. Verifying is reading with nobody to tell. */

import type { z } from 'zod';
import { Refusal } from '../../schema/refusal.ts';
import type { Summary } from './create.ts';
import { END_OF_SECTION, End, Header, Section, Sequences } from './format.ts';

export interface Visitor {
  begin?(header: Header): Promise<void>;
  /** A section's rows, as COPY takes them; to be read to their end. */
  table?(section: Section, rows: AsyncIterable<string>): Promise<void>;
  sequences?(values: Readonly<Record<string, string>>): Promise<void>;
}

/** @throws Refusal `backup_invalid` */
export async function readBackup(lines: AsyncGenerator<string>, visitor: Visitor): Promise<Summary> {
  const next = async () => {
    const { done, value } = await lines.next();
    if (done) throw new Refusal('backup_invalid', 'the backup was cut off');
    return value;
  };
  const header = parsed(Header, await next());
  if (!header) throw new Refusal('backup_invalid', 'this is no backup of ours, or a newer kind of it');
  await visitor.begin?.(header);
  const counted: Record<string, number> = {};
  let text = await next();
  for (let section = parsed(Section, text); section; section = parsed(Section, text)) {
    const { table } = section;
    counted[table] = 0;
    const rows = rowsOf(next, () => {
      counted[table] = (counted[table] ?? 0) + 1;
    });
    await visitor.table?.(section, rows);
    // Whatever the visitor left.
    for await (const _ of rows);
    text = await next();
  }
  const sequences = parsed(Sequences, text);
  if (!sequences) throw new Refusal('backup_invalid', 'a part of the backup is out of place');
  await visitor.sequences?.(sequences.sequences);
  const end = parsed(End, await next());
  if (!end || JSON.stringify(end.rows) !== JSON.stringify(counted))
    throw new Refusal('backup_invalid', 'the backup does not hold the rows it says');
  // To the very end, so that the last octets are authenticated too.
  if (!(await lines.next()).done) throw new Refusal('backup_invalid', 'the backup goes on after its end');
  return { migration: header.migration.tag, rows: counted };
}

async function* rowsOf(next: () => Promise<string>, count: () => void): AsyncGenerator<string> {
  for (let text = await next(); text !== END_OF_SECTION; text = await next()) {
    count();
    yield `${text}\n`;
  }
}

function parsed<T extends z.ZodType>(schema: T, text: string): z.output<T> | undefined {
  try {
    const result = schema.safeParse(JSON.parse(text));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
}
