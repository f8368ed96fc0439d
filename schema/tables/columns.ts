/** Columns that many tables share. */
import { timestamp, uuid } from 'drizzle-orm/pg-core';

export const id = () => uuid().primaryKey().defaultRandom();
export const createdAt = () => at().notNull().defaultNow();
export const at = () => timestamp({ withTimezone: true, mode: 'date' });
