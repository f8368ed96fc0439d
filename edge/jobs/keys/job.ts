/** Does the operation on keys that runs, batch by batch. A key service that is away holds it up and is said; a text that does not open ends it, and is named. */
import type { Services } from '../../services.ts';
import type { Job } from '../job.ts';
import { CannotGoOn, finish, type KeyOperation, NotRunning, note, running } from './operation.ts';
import { rewrapBatch } from './rewrap.ts';
import { rotateBatch } from './rotate.ts';

const BATCHES = { rewrap: rewrapBatch, rotate: rotateBatch } as const;
const MAX_ERROR = 500;

export const keysJob: Job = {
  name: 'keys',
  intervalS: 2,
  run: async ({ services, until }) => {
    let batches = 0;
    do {
      const operation = await running(services);
      if (!operation) break;
      await oneBatch(services, operation);
      batches += 1;
    } while (services.now() < until);
    return batches;
  },
};

async function oneBatch(services: Services, operation: KeyOperation): Promise<void> {
  try {
    if (await BATCHES[operation.kind](services, operation)) await finish(services, operation, 'done');
  } catch (error) {
    if (error instanceof NotRunning) return;
    const message = (error instanceof Error ? error.message : String(error)).slice(0, MAX_ERROR);
    if (!(error instanceof CannotGoOn)) {
      await note(services, operation, message);
      throw error;
    }
    await finish(services, operation, 'failed', message);
  }
}
