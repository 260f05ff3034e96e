import { link, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { picture } from '../../fixtures/pictures.ts';
import { events, runCli, type CliEvent } from '../../fixtures/run-cli.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const jpeg = await picture({ width: 16, height: 16 });

interface Place {
  /** Holds everything; beside `in` and `out` nothing may appear in it. */
  readonly folder: string;
  readonly input: string;
  readonly output: string;
}

/** A folder of sources with these names. */
async function place(...names: (string | Buffer)[]): Promise<Place> {
  const folder = await temporaryFolder();
  const input = join(folder, 'in');
  await mkdir(input);
  for (const name of names)
    await writeFile(Buffer.concat([Buffer.from(`${input}/`), Buffer.from(name as string)]), jpeg);
  return { folder, input, output: join(folder, 'out') };
}

interface Told {
  readonly code: number | null;
  readonly done: number;
  readonly failed: readonly { readonly code: string; readonly message: string }[];
  readonly told: readonly CliEvent[];
  readonly stderr: string;
}

async function convert(...args: string[]): Promise<Told> {
  const result = await runCli(...args, '--to', 'webp', '--effort', 'fast', '--json');
  const told = events(result);
  return {
    code: result.code,
    done: told.filter(({ event }) => event === 'job.done').length,
    failed: told
      .filter(({ event }) => event === 'job.failed')
      .map(({ error }) => error as { code: string; message: string }),
    told,
    stderr: result.stderr,
  };
}

/** What is below a folder, files alone. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

describe('a suffix that would lead elsewhere', () => {
  it.each(['/../../evil', '../evil', '\\..\\evil', 'a/b', 'a:b', 'a\nb', 'x'.repeat(65)])(
    '%j is refused before anything is done',
    async (suffix) => {
      const { folder, input } = await place('a.jpg');
      const { code, stderr } = await convert(input, `--suffix=${suffix}`);
      expect(code).toBe(2);
      expect(stderr).toMatch(/output\.suffix: expected/);
      expect(await filesIn(folder)).toEqual(['in/a.jpg']);
    },
  );

  it('is text like any other where it has dots alone', async () => {
    const { folder, input } = await place('a.jpg');
    expect(await convert(input, '--suffix=..')).toMatchObject({ code: 0, done: 1 });
    expect(await filesIn(folder)).toEqual(['in/a...webp', 'in/a.jpg']);
  });
});

describe('names of sources', () => {
  /** What other systems or shells read otherwise; each is a name of one file here. */
  const odd = [
    '..\\..\\evil.jpg',
    '...jpg',
    '%2e%2e%2fevil.jpg',
    'CON.jpg',
    'nul.jpg',
    'LPT1.tar.jpg',
    'trailing dot..jpg',
    'trailing blank .jpg',
    ' leading.jpg',
    '-rf.jpg',
    '$(touch evil).jpg',
    'a;b|c&d.jpg',
    'line\nbreak.jpg',
    '\u001b[31mred.jpg',
    '\u202egpj.exe.jpg',
    'e\u0301.jpg',
    '\u00e9.jpg',
    '__proto__.jpg',
    'constructor.jpg',
  ];

  it('stay names: every one has its output in the destination, and none elsewhere', async () => {
    const { folder, input, output } = await place(...odd);
    const visible = odd.filter((name) => !name.startsWith('.'));
    const { done, failed } = await convert(input, '--out', output);
    expect({ done, failed }).toEqual({ done: visible.length, failed: [] });
    expect(await filesIn(output)).toHaveLength(visible.length);
    expect(await readdir(folder)).toEqual(['in', 'out']);
    expect(await readdir(input)).toEqual([...odd].sort());
  });

  it('that differ in case alone, or in their extension alone, have an output each', async () => {
    const { input, output } = await place('a.jpg', 'A.JPG', 'a.JPG', 'a.jpeg', 'A.jpeg');
    expect(await convert(input, '--out', output)).toMatchObject({ code: 0, done: 5 });
    const made = await filesIn(output);
    expect(new Set(made.map((name) => name.toLowerCase())).size).toBe(5);
  });

  it('of 255 bytes are cut for their outputs, each with its own', async () => {
    const names = ['x', 'y'].map((last) => `${'é'.repeat(125)}${last}.jpg`);
    const { input, output } = await place(...names, `${'a'.repeat(251)}.jpg`);
    expect(await convert(input, '--out', output)).toMatchObject({ code: 0, done: 3 });
    const made = await filesIn(output);
    expect(made).toHaveLength(3);
    for (const name of made) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
    expect(await convert(input, '--again')).toMatchObject({ code: 0, done: 3 });
  });

  it('that are no text are told, and the others are done', async () => {
    const { input, output } = await place('good.jpg', Buffer.from([0xff, 0xfe, 0x2e, 0x6a, 0x70, 0x67]));
    const { code, done, failed } = await convert(input, '--out', output);
    expect(code).toBe(1);
    expect(done).toBe(1);
    expect(failed).toMatchObject([
      { code: 'source-unreadable', message: expect.stringContaining('not valid text') as string },
    ]);
    expect(await filesIn(output)).toEqual(['good.webp']);
  });
});

describe('folders that lead back to themselves', () => {
  it('are gone through once', async () => {
    const { input, output } = await place('a.jpg');
    await mkdir(join(input, 'deep'));
    await symlink('..', join(input, 'deep/up'));
    await symlink(input, join(input, 'again'));
    await symlink('self', join(input, 'self'));
    await symlink('nowhere.jpg', join(input, 'dangling.jpg'));
    const { done, failed } = await convert(input, '--out', output);
    expect(done).toBe(1);
    expect(failed.length).toBeGreaterThan(0);
    for (const { message } of failed) expect(message).toMatch(/self|dangling/);
    expect(await filesIn(output)).toEqual(['a.webp']);
  });

  it('whose sources are one file under two names give both an output', async () => {
    const { input, output } = await place('a.jpg');
    await link(join(input, 'a.jpg'), join(input, 'b.jpg'));
    expect(await convert(input, '--out', output)).toMatchObject({ code: 0, done: 2 });
  });

  it('a destination inside the sources is no source itself', async () => {
    const { input } = await place('a.jpg');
    const output = join(input, 'small');
    // Each knows nothing of the one before but what lies there.
    for (let run = 0; run < 2; run += 1)
      expect(await convert(input, '--out', output)).toMatchObject({ code: 0, done: 1 });
    expect(await filesIn(output)).toEqual(['a (2).webp', 'a.webp']);
    expect(await readdir(input)).toEqual(['a.jpg', 'small']);
  });

  it('sources inside the destination stay as they are', async () => {
    const { folder } = await place();
    const input = join(folder, 'out/in');
    await mkdir(input, { recursive: true });
    await writeFile(join(input, 'a.jpg'), jpeg);
    await writeFile(join(folder, 'out/a.webp'), 'mine');
    expect(await convert(input, '--out', join(folder, 'out'))).toMatchObject({ done: 1 });
    expect(await readFile(join(input, 'a.jpg'))).toEqual(jpeg);
    expect(await readFile(join(folder, 'out/a.webp'), 'utf8')).toBe('mine');
    expect(await filesIn(join(folder, 'out'))).toEqual(['a (2).webp', 'a.webp', 'in/a.jpg']);
  });

  it('a destination that is a link to another folder, or leads nowhere', async () => {
    const { folder, input, output } = await place('a.jpg');
    await mkdir(join(folder, 'elsewhere'));
    await symlink('elsewhere', output);
    expect(await convert(input, '--out', output)).toMatchObject({ code: 0, done: 1 });
    expect(await filesIn(join(folder, 'elsewhere'))).toEqual(['a.webp']);
    await rm(output);
    await symlink('out', output);
    const { done, code } = await convert(input, '--out', output, '--again');
    expect(done).toBe(0);
    expect(code).not.toBe(0);
    expect(await readFile(join(input, 'a.jpg'))).toEqual(jpeg);
  });

  it('a link in the destination where an output belongs is not written through', async () => {
    const { folder, input, output } = await place('a.jpg');
    await mkdir(output);
    await writeFile(join(folder, 'precious'), 'mine');
    await symlink('../precious', join(output, 'a.webp'));
    await symlink('../appears', join(output, 'a (2).webp'));
    expect(await convert(input, '--out', output)).toMatchObject({ code: 0, done: 1 });
    expect(await readFile(join(folder, 'precious'), 'utf8')).toBe('mine');
    expect(await readdir(folder)).toEqual(['in', 'out', 'precious']);
    expect(await readdir(output)).toContain('a (3).webp');
  });
});
