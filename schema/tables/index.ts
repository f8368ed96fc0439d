/** Every table, for the database handle and for drizzle-kit. */
export * from './access-requests.ts';
export * from './api-keys.ts';
export * from './audit.ts';
export * from './authorization.ts';
export * from './clusters.ts';
export * from './events.ts';
export * from './idempotency.ts';
export * from './jobs.ts';
export * from './keys.ts';
export * from './organization-settings.ts';
export * from './people.ts';
export * from './recordings.ts';
export * from './resources.ts';
export * from './secrets.ts';
export * from './sessions.ts';
export * from './sign-in.ts';
export * from './sso.ts';
