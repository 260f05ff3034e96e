import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attributesOf, setAttributes, takesAttributes } from '../../tests/fixtures/attributes.ts';
import { temporaryFolder } from '../../tests/fixtures/temporary-folder.ts';
import { carryAttributes } from './attributes.ts';

const comment = { 'user.xdg.comment': 'Grandmother, 1962' };
const tags = { 'user.xdg.tags': 'family,summer' };

describe.skipIf(!(await takesAttributes()))('extended attributes', () => {
  async function twoFiles(): Promise<{ folder: string; from: string; to: string }> {
    const folder = await temporaryFolder();
    const [from, to] = [join(folder, 'from.jpg'), join(folder, 'to.webp')];
    await writeFile(from, 'picture');
    await writeFile(to, 'smaller');
    return { folder, from, to };
  }

  it('come along', async () => {
    const { from, to } = await twoFiles();
    await setAttributes(from, { ...comment, ...tags });
    const { kept, lost } = await carryAttributes(from, to);
    expect([...kept].sort()).toEqual(['user.xdg.comment', 'user.xdg.tags']);
    expect(lost).toEqual([]);
    expect(await attributesOf(to)).toEqual({ ...comment, ...tags });
  });

  it('of the file behind a link come along', async () => {
    const { folder, from, to } = await twoFiles();
    await setAttributes(from, comment);
    await symlink(from, join(folder, 'link.jpg'));
    await carryAttributes(join(folder, 'link.jpg'), to);
    expect(await attributesOf(to)).toEqual(comment);
  });

  it('that cannot be kept are told by name, and the others come along', async () => {
    const { folder, from, to } = await twoFiles();
    await setAttributes(from, comment);
    expect(await carryAttributes(from, join(folder, 'gone.webp'))).toEqual({
      kept: [],
      lost: ['user.xdg.comment'],
    });
    expect(await carryAttributes(from, to)).toEqual({ kept: ['user.xdg.comment'], lost: [] });
  });

  it('of a file that has none, or that has gone, are none', async () => {
    const { folder, from, to } = await twoFiles();
    const none = { kept: [], lost: [] };
    expect(await carryAttributes(from, to)).toEqual(none);
    expect(await carryAttributes(join(folder, 'gone.jpg'), to)).toEqual(none);
  });
});
