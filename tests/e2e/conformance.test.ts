import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('the host behaves as Electron is documented to', async () => {
  const script = join(import.meta.dirname, '../harness/conformance.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script]);
  expect(stdout).toMatch(/^Conformance on .*\n/);
  expect(stdout).toMatch(/\n\d\d passed, 0 failed\n$/);
});
