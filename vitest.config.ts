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
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['tests/{integration,e2e}/**/*.test.ts'],
          globalSetup: ['tests/harness/build.ts'],
          // Real processes on a shared machine: these bound a hang, they measure nothing.
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
