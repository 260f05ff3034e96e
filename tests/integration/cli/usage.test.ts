import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { writePicture } from '../../fixtures/pictures.ts';
import { runCli } from '../../fixtures/run-cli.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

describe('usage', () => {
  it('prints help with examples and the version', async () => {
    const help = await runCli('--help');
    expect(help.code).toBe(0);
    expect(help.stdout).toContain('millrace photos --to webp');
    expect(await runCli('--version')).toMatchObject({ code: 0, stdout: `${packageJson.version}\n` });
  });

  it.each([
    [[], 'Nothing to do'],
    [['a.jpg', '--quality', '300'], 'quality: expected an integer from 1 to 100, "auto", or'],
    [['a.jpg', '--quality', 'high'], 'a score from 30 to 100, got "high"'],
    [['a.jpg', '--to', 'bmp'], 'to: expected "keep"'],
    [['a.jpg', '--resize', 'big'], 'resize: expected 1600'],
    [['a.jpg', '--resize=-3'], 'resize.longestEdge: expected an integer from 1 to 65535, got -3'],
    [['a.jpg', '--fit', 'cover'], 'add --resize'],
    [['a.jpg', '--out', 'x', '--suffix', 'y'], 'exclude each other'],
    [['a.jpg', '--in-place', '--out', 'x'], 'cannot be used with'],
    [['a.jpg', '--jobs', '0'], '--jobs: expected an integer above 0'],
    [['a.jpg', '--recipe', '/does/not/exist.json'], 'cannot be read'],
    [['a.jpg', '--webp'], "unknown option '--webp'"],
  ])('refuses %j with exit code 2 and says why', async (args, reason) => {
    const result = await runCli(...args);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain(reason);
    expect(result.stderr).not.toMatch(/\n {4}at /);
  });

  it('names each wrong field of a recipe file', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'recipe.json');
    await writeFile(path, JSON.stringify({ quality: 0, resize: { width: -3 }, colour: 'red', speed: 9 }));
    const result = await runCli('a.jpg', '--recipe', path);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('quality: expected an integer from 1 to 100, "auto"');
    expect(result.stderr).toContain('resize.width: expected an integer from 1 to 65535, got -3');
    expect(result.stderr).toContain('colour: expected "keep", "srgb", got "red"');
    expect(result.stderr).toContain('speed: is not a field Millrace knows');
  });

  it('refuses a recipe file that is not one', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'recipe.json'), 'quality = 80');
    const result = await runCli('a.jpg', '--recipe', join(folder, 'recipe.json'));
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('is not a JSON object');
  });

  it('is quiet when asked to be', async () => {
    const folder = await temporaryFolder();
    await writePicture(join(folder, 'a.jpg'));
    expect(await runCli(folder, '--to', 'webp', '--quiet')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });
});
