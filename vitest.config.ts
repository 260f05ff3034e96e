import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    reporters: ['default', './tests/harness/summary-reporter.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{contract,main,utility,cli,preload,renderer,bench}/**/*.test.ts'],
          testTimeout: 30_000,
          // A core each: without it one of two cores has nothing to do.
          maxWorkers: '100%',
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          globalSetup: ['tests/harness/build.ts'],
          // After the units: each starts as many processes as there are cores.
          sequence: { groupOrder: 1 },
          // One alone leaves half of two cores with nothing to do.
          maxWorkers: '100%',
          // Real processes on a shared machine: these bound a hang, they measure nothing.
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['tests/{e2e,harness}/**/*.test.ts'],
          globalSetup: ['tests/harness/build.ts', 'tests/harness/host-setup.ts'],
          // Each has an app with all its workers and a browser.
          fileParallelism: false,
          expect: { poll: { timeout: 30_000 } },
          // After all others: what a person sees in time is not measured while everything else runs.
          sequence: { groupOrder: 2 },
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
