/** Every background job. */
import { checkpointsJob, trimJob } from './audit-chain.ts';
import { expiriesJob } from './expiries.ts';
import type { Job } from './job.ts';
import { keysJob } from './keys/job.ts';
import { lostReachJob } from './lost-reach.ts';
import { lostSessionsJob } from './lost-sessions.ts';
import { outboxJob } from './outbox.ts';
import { recordingsJob } from './recordings.ts';
import { secretsJob } from './secrets.ts';
import { webhooksJob } from './webhooks.ts';

export const JOBS: readonly Job[] = [
  outboxJob,
  webhooksJob,
  lostSessionsJob,
  lostReachJob,
  expiriesJob,
  checkpointsJob,
  trimJob,
  keysJob,
  secretsJob,
  recordingsJob,
];
