/**
 * A backup file: age (v1, age-encryption.org) around gzip around lines of UTF-8.
 *
 *     {"format":"fabric-backup","version":1,"migration":{"when":…,"tag":…},"createdAt":…}
 *     {"table":"users","columns":["id",…]}      one section per table, in an order in which references come first
 *     rows in PostgreSQL's COPY text format, one a line
 *     \.                                        ends the section
 *     {"sequences":{"audit_id_seq":"17",…}}
 *     {"end":true,"rows":{"users":3,…}}         last line: without it the file was cut off
 *
 * age authenticates every octet, so a file that was changed does not open. What is sealed in the database is sealed in the file: the master key is in neither.
 */
import { z } from 'zod';

export const Header = z.object({
  format: z.literal('fabric-backup'),
  version: z.literal(1),
  /** The newest migration of the database it was made of. */
  migration: z.object({ when: z.int(), tag: z.string() }),
  createdAt: z.iso.datetime(),
});
export type Header = z.infer<typeof Header>;
export const Section = z.object({ table: z.string(), columns: z.array(z.string()).min(1) });
export type Section = z.infer<typeof Section>;
export const Sequences = z.object({ sequences: z.record(z.string(), z.string()) });
export const End = z.object({ end: z.literal(true), rows: z.record(z.string(), z.int()) });
export const END_OF_SECTION = '\\.';
