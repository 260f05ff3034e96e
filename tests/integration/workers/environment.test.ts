import { expect, it, vi } from 'vitest';
import { testPool } from '../../fixtures/pools.ts';

it('workers get a short environment, not their parent’s secrets or Node options', async () => {
  vi.stubEnv('MILLRACE_TEST_SECRET', 'hush');
  vi.stubEnv('NODE_OPTIONS', '--max-http-header-size=9999');
  const { run } = testPool('tell-environment');
  const told = JSON.parse(Buffer.from((await run('a')).bytes ?? []).toString()) as Record<string, string>;
  vi.unstubAllEnvs();
  expect(told).toMatchObject({ MALLOC_ARENA_MAX: '1', PATH: process.env['PATH'] });
  expect(told).not.toHaveProperty('MILLRACE_TEST_SECRET');
  expect(told).not.toHaveProperty('NODE_OPTIONS');
});
