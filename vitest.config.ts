import { defineConfig } from 'vitest/config';

const MINUTE = 60_000;

export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{schema,edge,dataplane,agent,bench,scripts}/**/*.test.{ts,tsx}'],
          exclude: ['**/node_modules/**', '**/dist/**', '**/build/**'],
          testTimeout: MINUTE,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/{architecture,integration,impairment,interop,fuzz,runtimes,chaos}/**/*.test.ts'],
          maxConcurrency: 9,
          testTimeout: 2 * MINUTE,
          hookTimeout: 2 * MINUTE,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/journeys/**/*.test.ts'],
          testTimeout: 3 * MINUTE,
          hookTimeout: 5 * MINUTE,
          fileParallelism: false,
        },
      },
    ],
  },
});
