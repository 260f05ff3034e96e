import { execFile } from 'node:child_process';
import { link, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Intake } from '../../contract/batch.ts';
import { corpus } from '../../tests/fixtures/corpus.ts';
import { temporaryFolder } from '../../tests/fixtures/temporary-folder.ts';
import { walk, type WalkOptions } from './walk.ts';

const gif = 'GIF89a';
const isPosix = process.platform !== 'win32';

/** A folder with files of these contents; a name that ends in a slash is a folder. */
async function plant(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(name.endsWith('/') ? path : join(path, '..'), { recursive: true });
    if (!name.endsWith('/')) await writeFile(path, content);
  }
  return folder;
}

async function gather(steps: AsyncIterable<Intake>): Promise<Intake[]> {
  const gathered: Intake[] = [];
  for await (const intake of steps) gathered.push(intake);
  return gathered;
}

/** What a walk tells, one line each: `a.jpg`, `b.txt not-an-image`, `c.jpg source-not-found`. */
async function tell(folder: string, inputs: readonly string[], options?: WalkOptions): Promise<string[]> {
  return (await gather(walk(inputs, options))).map((intake) => line(folder, intake));
}

async function nextLine(folder: string, steps: AsyncGenerator<Intake, void>): Promise<string> {
  const { value } = await steps.next();
  return value === undefined ? 'the end' : line(folder, value);
}

function line(folder: string, intake: Intake): string {
  if (intake.kind === 'skipped') return `${relative(folder, intake.path)} ${intake.reason}`;
  const name = intake.source.kind === 'file' ? relative(folder, intake.source.path) : intake.source.url;
  return intake.kind === 'failed' ? `${name} ${intake.error.code}` : name;
}

describe('walk', () => {
  it('goes through folders in the order of names, and tells where a source was found', async () => {
    const folder = await plant({
      'b/2.gif': gif,
      'b/1.gif': gif,
      'a.gif': gif,
      'c.gif': gif,
      'b/d/3.gif': gif,
    });
    expect(await tell(folder, [folder])).toEqual(['a.gif', 'b/1.gif', 'b/2.gif', 'b/d/3.gif', 'c.gif']);
    const found = await gather(walk([join(folder, 'b'), join(folder, 'a.gif')]));
    expect(found.at(0)).toEqual({
      kind: 'source',
      source: { kind: 'file', path: join(folder, 'b/1.gif'), root: join(folder, 'b') },
    });
    expect(found.at(-1)).toEqual({ kind: 'source', source: { kind: 'file', path: join(folder, 'a.gif') } });
  });

  it('knows images by their content, and lets a name promise one', async () => {
    const folder = await plant({
      'letter.txt': 'Dear Sir',
      'letter.jpg': 'Dear Sir',
      'picture.txt': gif,
      picture: gif,
      'empty.PNG': '',
      empty: '',
    });
    expect(await tell(folder, [folder])).toEqual([
      'empty not-an-image',
      'empty.PNG',
      'letter.jpg',
      'letter.txt not-an-image',
      'picture',
      'picture.txt',
    ]);
  });

  it('passes over what is hidden or half written, unless it is named', async () => {
    const folder = await plant({
      '.git/a.gif': gif,
      '.hidden.gif': gif,
      '.millrace-0123456789abcdef-0123456789abcdef.tmp': gif,
    });
    expect(await tell(folder, [folder])).toEqual([
      '.git hidden',
      '.hidden.gif hidden',
      '.millrace-0123456789abcdef-0123456789abcdef.tmp own-output',
    ]);
    expect(await tell(folder, [join(folder, '.git'), join(folder, '.hidden.gif')])).toEqual([
      '.git/a.gif',
      '.hidden.gif',
    ]);
  });

  it('takes a file once however often it is given', async () => {
    const folder = await plant({ 'in/a.gif': gif, 'in/sub/b.gif': gif });
    const file = join(folder, 'in/a.gif');
    expect(await tell(folder, [file, file, join(folder, 'in/sub'), join(folder, 'in')])).toEqual([
      'in/a.gif',
      'in/a.gif already-seen',
      'in/sub/b.gif',
      'in/a.gif already-seen',
      'in/sub already-seen',
    ]);
  });

  it.runIf(isPosix)('follows links once and ends in circles', async () => {
    const folder = await plant({ 'in/a.gif': gif, 'elsewhere/b.gif': gif });
    await symlink('../elsewhere', join(folder, 'in/door'));
    await symlink('../elsewhere', join(folder, 'in/door2'));
    await symlink('../in', join(folder, 'elsewhere/back'));
    await symlink('a.gif', join(folder, 'in/z.gif'));
    await symlink('self', join(folder, 'in/self'));
    await symlink('nowhere', join(folder, 'in/zz'));
    expect(await tell(folder, [join(folder, 'in')])).toEqual(
      [
        'in/a.gif',
        'in/door/b.gif',
        'in/door/back already-seen',
        'in/door2 already-seen',
        'in/self source-not-found',
        'in/z.gif already-seen',
        'in/zz source-not-found',
      ].sort((a, b) => (a < b ? -1 : 1)),
    );
  });

  it.runIf(isPosix)('takes hard links for two files, each of them once', async () => {
    const folder = await plant({ 'a.gif': gif });
    await link(join(folder, 'a.gif'), join(folder, 'b.gif'));
    await symlink('a.gif', join(folder, 'c.gif'));
    expect(await tell(folder, [folder, join(folder, 'b.gif')])).toEqual([
      'a.gif',
      'b.gif',
      'c.gif already-seen',
      'b.gif already-seen',
    ]);
  });

  it.runIf(isPosix)('leaves pipes and devices alone and refuses them by name', async () => {
    const folder = await plant({});
    await promisify(execFile)('mkfifo', [join(folder, 'pipe.jpg')]);
    await symlink('/dev/zero', join(folder, 'zero.jpg'));
    expect(await tell(folder, [folder])).toEqual(['pipe.jpg special-file', 'zero.jpg special-file']);
    expect(await tell(folder, [join(folder, 'pipe.jpg'), join(folder, 'zero.jpg')])).toEqual([
      'pipe.jpg source-not-a-file',
      'zero.jpg source-not-a-file',
    ]);
  });

  it('tells what is not there and goes on', async () => {
    const folder = await plant({ 'a.gif': gif });
    expect(await tell(folder, [join(folder, 'gone.jpg'), join(folder, 'a.gif')])).toEqual([
      'gone.jpg source-not-found',
      'a.gif',
    ]);
  });

  it('tells a folder that has gone meanwhile and goes on', async () => {
    const folder = await plant({ 'a.gif': gif, 'b/c.gif': gif, 'd.gif': gif });
    const lines: string[] = [];
    for await (const intake of walk([folder])) {
      lines.push(line(folder, intake));
      await rm(join(folder, 'b'), { recursive: true, force: true });
    }
    expect(lines).toEqual(['a.gif', 'b source-not-found', 'd.gif']);
  });

  it('reads nothing ahead beyond one folder', async () => {
    const folder = await plant({ 'a.gif': gif, 'b/c.gif': gif });
    const steps = walk([folder]);
    await steps.next();
    await writeFile(join(folder, 'b/late.gif'), gif);
    expect(await nextLine(folder, steps)).toBe('b/c.gif');
    expect(await nextLine(folder, steps)).toBe('b/late.gif');
  });

  it('stops when it is told to', async () => {
    const folder = await plant({ 'a.gif': gif, 'b.gif': gif });
    const controller = new AbortController();
    const lines: string[] = [];
    for await (const intake of walk([folder, folder], { signal: controller.signal })) {
      lines.push(line(folder, intake));
      controller.abort();
    }
    expect(lines).toEqual(['a.gif']);
  });

  it('leaves out the folder that outputs go to', async () => {
    const folder = await plant({ 'a.gif': gif, 'small/a.gif': gif });
    expect(await tell(folder, [folder], { outputFolder: join(folder, 'small') })).toEqual([
      'a.gif',
      'small own-output',
    ]);
  });

  it('leaves out backups, whoever keeps them there, unless their folder is named', async () => {
    const kept = 'kept/millrace-backups-2026-11-01-01234567';
    const folder = await plant({ 'a.gif': gif, [`${kept}/89abcdef-a.gif`]: gif });
    expect(await tell(folder, [folder])).toEqual(['a.gif', `${kept} own-output`]);
    expect(await tell(folder, [join(folder, kept)])).toEqual([`${kept}/89abcdef-a.gif`]);
  });

  it.runIf(isPosix)('knows the output folder behind a link, also when it is made while we walk', async () => {
    const folder = await plant({ 'real/a.gif': gif, 'real/b.gif': gif });
    await symlink('real', join(folder, 'door'));
    const steps = walk([join(folder, 'real')], { outputFolder: join(folder, 'door/z/small') });
    const lines = [await nextLine(folder, steps)];
    await mkdir(join(folder, 'real/z/small'), { recursive: true });
    await writeFile(join(folder, 'real/z/small/a.gif'), gif);
    for await (const intake of steps) lines.push(line(folder, intake));
    expect(lines).toEqual(['real/a.gif', 'real/b.gif']);
    expect(await tell(folder, [folder], { outputFolder: join(folder, 'door/z/small') })).toContain(
      'door/z/small own-output',
    );
  });

  it.runIf(process.platform === 'linux')('says of a name that is no text that it is none', async () => {
    const folder = await plant({ 'a.gif': gif });
    const garbled = Buffer.concat([Buffer.from(`${folder}/b`), Buffer.from([0xff]), Buffer.from('.jpg')]);
    await rename(join(folder, 'a.gif'), garbled);
    const [intake] = await gather(walk([folder]));
    expect(intake).toMatchObject({ kind: 'failed', error: { code: 'source-unreadable' } });
    expect(intake?.kind === 'failed' && intake.error.message).toMatch(/not valid text/);
  });

  it('takes long names and names in all scripts', async () => {
    const names = [`${'ü'.repeat(125)}a.gif`, '🏖️.gif', '東京.gif', "it's.gif", 'a\u0308.gif'];
    const folder = await plant(Object.fromEntries(names.map((name) => [name, gif])));
    expect(await tell(folder, [folder])).toEqual(names.sort((a, b) => (a < b ? -1 : 1)));
  });

  it.skipIf(corpus === undefined)('finds every picture of the corpus once', async () => {
    const found = await gather(walk([corpus ?? '']));
    const paths = found.flatMap((intake) =>
      intake.kind === 'source' && intake.source.kind === 'file' ? [intake.source.path] : [],
    );
    expect(paths.length).toBeGreaterThan(50);
    expect(new Set(paths).size).toBe(paths.length);
    expect(found.filter(({ kind }) => kind === 'failed')).toEqual([]);
  });
});
