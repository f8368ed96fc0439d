/** Every table, for the database handle and for drizzle-kit. */
export * from './audit.ts';
export * from './clusters.ts';
export * from './people.ts';
export * from './resources.ts';
export * from './sessions.ts';
export * from './sign-in.ts';
