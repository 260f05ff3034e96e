import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const repository = join(import.meta.dirname, '../..');

/** Runs tests that are written here, with our reporter. */
async function runTests(
  files: Readonly<Record<string, string>>,
): Promise<{ code: number; lines: readonly string[] }> {
  const root = await temporaryFolder();
  const config = {
    test: { globals: true, reporters: ['default', join(repository, 'tests/harness/summary-reporter.ts')] },
  };
  await writeFile(join(root, 'vitest.config.mjs'), `export default ${JSON.stringify(config)};`);
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text);
  return new Promise((resolve) => {
    const args = [join(repository, 'node_modules/vitest/vitest.mjs'), 'run', '--root', root];
    execFile(process.execPath, args, { cwd: repository }, (error, stdout) => {
      resolve({ code: Number(error?.code ?? 0), lines: stdout.trimEnd().split('\n') });
    });
  });
}

describe('the last line of a test run', () => {
  it('counts what passed and failed, after the names of what was skipped', async () => {
    const { code, lines } = await runTests({
      'a.test.js': `it('works', () => {}); it('works too', () => {}); it('does not', () => { expect(1).toBe(2); });
        describe('group', () => { it.skip('waits', () => {}); });`,
    });
    expect(code).toBe(1);
    expect(lines.slice(-2)).toEqual(['skipped: a.test.js > group > waits', '2 passed, 1 failed']);
  });

  it('says that all is well', async () => {
    const { code, lines } = await runTests({ 'a.test.js': `it('works', () => {});` });
    expect(lines.at(-1)).toBe('1 passed, 0 failed');
    expect(code).toBe(0);
  });

  it.each([
    ['a file that cannot be loaded', { 'a.test.js': `throw new Error('no');` }],
    [
      'a group whose preparation fails',
      {
        'a.test.js': `describe('group', () => { beforeAll(() => { throw new Error('no'); }); it('waits', () => {}); });`,
      },
    ],
    ['no test at all', {}],
  ])('counts %s as a failure', async (_name, files) => {
    const { code, lines } = await runTests(files);
    expect(lines.at(-1)).toBe('0 passed, 1 failed');
    expect(code).toBe(1);
  });

  it('counts an error outside of all tests', async () => {
    const { code, lines } = await runTests({
      'a.test.js': `it('works', () => { void Promise.reject(new Error('left alone')); });`,
    });
    expect(lines.at(-1)).toBe('1 passed, 1 failed');
    expect(code).toBe(1);
  });
});
