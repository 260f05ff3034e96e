import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attributesOf, setAttributes, takesAttributes } from '../../fixtures/attributes.ts';
import { writePicture } from '../../fixtures/pictures.ts';
import { events, runCli } from '../../fixtures/run-cli.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const tags = { 'user.xdg.tags': 'family,summer', 'user.xdg.comment': 'Grandmother, 1962' };

describe.skipIf(!(await takesAttributes()))('tags and comments of a file', () => {
  it('are those of its output too, and the report says so', async () => {
    const folder = await temporaryFolder();
    const source = join(folder, 'a.jpg');
    await writePicture(source);
    await setAttributes(source, tags);
    const result = await runCli(source, '--to', 'webp', '--out', join(folder, 'out'), '--json');
    expect(await attributesOf(join(folder, 'out/a.webp'))).toEqual(tags);
    const done = events(result).find(({ event }) => event === 'job.done');
    expect(done).toMatchObject({
      report: {
        fidelity: expect.arrayContaining([
          {
            aspect: 'attributes',
            fate: 'kept',
            note: 'the file still has user.xdg.comment, user.xdg.tags',
          },
        ]) as unknown[],
      },
    });
  });

  it.each(['strip', 'copyright'])('go with --metadata %s', async (metadata) => {
    const folder = await temporaryFolder();
    const source = join(folder, 'a.jpg');
    await writePicture(source);
    await setAttributes(source, tags);
    await runCli(source, '--to', 'webp', '--out', join(folder, 'out'), '--metadata', metadata);
    expect(await attributesOf(join(folder, 'out/a.webp'))).toEqual({});
  });

  it('stay through a replacement and through its undo', async () => {
    const folder = await temporaryFolder();
    const source = join(folder, 'a.jpg');
    await writePicture(source);
    await setAttributes(source, tags);
    const { size } = await stat(source);
    const state = ['--state', join(folder, 'state')];
    await runCli(source, '--in-place', '--quality', '40', ...state);
    expect((await stat(source)).size).toBeLessThan(size);
    expect(await attributesOf(source)).toEqual(tags);
    await runCli('undo', ...state);
    expect((await stat(source)).size).toBe(size);
    expect(await attributesOf(source)).toEqual(tags);
  });
});
