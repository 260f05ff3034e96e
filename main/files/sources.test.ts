import { appendFile, chmod, open, rename, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import type { Source } from '../../contract/batch.ts';
import { moving, picture } from '../../tests/fixtures/pictures.ts';
import { temporaryFolder } from '../../tests/fixtures/temporary-folder.ts';
import { identityOf } from './identity.ts';
import { openFile, readPart } from './open-file.ts';
import { headLength } from './picture-head.ts';
import { createFileSources } from './sources.ts';

vi.mock('./open-file.ts', { spy: true });

const never = new AbortController().signal;

async function plant(bytes: Uint8Array | string, name = 'a.jpg'): Promise<Source & { kind: 'file' }> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, bytes);
  return { kind: 'file', path };
}

describe('a file', () => {
  it('is told by its head, and read as it is', async () => {
    const bytes = await picture({ width: 100, height: 50 });
    const source = await plant(bytes, 'Grüße.v2.png');
    await utimes(source.path, 1_500_000_000, 1_500_000_000.25);
    await chmod(source.path, 0o640);
    const reader = createFileSources();
    expect(await reader.head(source, never)).toEqual({
      bytes: bytes.byteLength,
      bitDepth: 8,
      frames: 1,
      createdMs: expect.closeTo((await stat(source.path)).birthtimeMs, 2) as number,
      format: 'jpeg',
      width: 100,
      height: 50,
      stem: 'Grüße.v2',
      modifiedMs: 1_500_000_000_250,
      mode: 0o640,
      identity: identityOf(await stat(source.path, { bigint: true })),
    });
    expect(Buffer.compare(await reader.read(source, never), bytes)).toBe(0);
    expect(Buffer.compare(await reader.read(source, never), bytes)).toBe(0);
  });

  it('whose head is not all of it gives the memory of that back', async () => {
    const source = await plant(Buffer.alloc(headLength + 1));
    vi.mocked(readPart).mockClear();
    await createFileSources().head(source, never);
    const [read] = vi.mocked(readPart).mock.results;
    expect(((await read?.value) as Uint8Array).byteLength).toBe(0);
  });

  it.each([0, 1000])('that says its size only behind its pixels is told too (edge %i)', async (extra) => {
    const [width, height] = [400 + extra, 300];
    const bytes = await sharp({ create: { width, height, channels: 3, background: '#123456' } })
      .tiff({ compression: 'none' })
      .toBuffer();
    expect(bytes.byteLength).toBeGreaterThan(256 * 1024);
    const head = await createFileSources().head(await plant(bytes), never);
    expect(head).toMatchObject({ format: 'tiff', width, height });
  });

  it('that has a long profile before its size is told too', async () => {
    const bytes = await picture({ width: 33, height: 44 });
    // A JPEG segment holds 64 KB at most, so that long profiles come in several.
    const segment = Buffer.alloc(2 + 65_535);
    segment.set([0xff, 0xe2, 0xff, 0xff]);
    const long = Buffer.concat([bytes.subarray(0, 2), ...Array<Buffer>(8).fill(segment), bytes.subarray(2)]);
    const head = await createFileSources().head(await plant(long), never);
    expect(head).toMatchObject({ format: 'jpeg', width: 33, height: 44 });
  });

  it('that is no image has no format', async () => {
    const head = await createFileSources().head(await plant('Dear Sir'), never);
    expect(head).toMatchObject({ format: undefined, width: undefined, height: undefined, bytes: 8 });
  });

  it('that is empty is refused', async () => {
    await expect(createFileSources().head(await plant(''), never)).rejects.toMatchObject({
      code: 'empty-file',
    });
  });

  it('that is larger than any picture is refused', async () => {
    const source = await plant('GIF89a');
    await truncate(source.path, 2 ** 31 + 1);
    await expect(createFileSources().head(source, never)).rejects.toMatchObject({ code: 'source-too-large' });
  });

  it('that is a folder is refused', async () => {
    const source = { kind: 'file', path: await temporaryFolder() } as const;
    await expect(createFileSources().head(source, never)).rejects.toMatchObject({
      code: 'source-not-a-file',
    });
  });

  it('that goes away is told, before and after its head', async () => {
    const source = await plant('GIF89a');
    const reader = createFileSources();
    await reader.head(source, never);
    await rm(source.path);
    // One after the other: a promise that fails while another is awaited is nobody's.
    for (const attempt of [reader.read, reader.head]) {
      const failure = attempt(source, never);
      await expect(failure).rejects.toMatchObject({ code: 'source-not-found' });
      await expect(failure).rejects.toThrow(source.path);
    }
  });

  it.each<[string, (path: string) => Promise<void>]>([
    ['grown', (path) => appendFile(path, 'x')],
    ['touched', (path) => utimes(path, 1, 1)],
    [
      'replaced by another of the same size and date',
      async (path) => {
        const other = `${path}.new`;
        await writeFile(other, 'GIF87a');
        await utimes(other, 1000, 1000);
        await rename(other, path);
      },
    ],
  ])('that has %s since its head is not read', async (_what, change) => {
    const source = await plant('GIF89a');
    await utimes(source.path, 1000, 1000);
    const reader = createFileSources();
    await reader.head(source, never);
    await change(source.path);
    await expect(reader.read(source, never)).rejects.toMatchObject({
      code: 'source-changed',
      retriable: true,
    });
  });

  it('of which the head is all is opened once, and again for another attempt', async () => {
    const source = await plant('GIF89a');
    const reader = createFileSources();
    vi.mocked(openFile).mockClear();
    await reader.head(source, never);
    expect(Buffer.from(await reader.read(source, never)).toString()).toBe('GIF89a');
    expect(openFile).toHaveBeenCalledTimes(1);
    expect(Buffer.from(await reader.read(source, never)).toString()).toBe('GIF89a');
    expect(openFile).toHaveBeenCalledTimes(2);
  });

  it('is opened again where more are waiting than are kept', async () => {
    const reader = createFileSources();
    const large = Buffer.alloc(headLength);
    const first = await plant(large);
    await reader.head(first, never);
    for (let kept = headLength; kept < 32 * 2 ** 20; kept += headLength)
      await reader.head(await plant(large), never);
    const [one, other] = [await plant(large), await plant(large)];
    await reader.head(one, never);
    vi.mocked(openFile).mockClear();
    await reader.read(one, never);
    expect(openFile).toHaveBeenCalledTimes(1);
    // Those that are not wanted any more make room.
    reader.release(first);
    await reader.head(other, never);
    await reader.read(other, never);
    expect(openFile).toHaveBeenCalledTimes(2);
  });

  it('that moves is looked at as far as its frames can be counted', async () => {
    const clip = await moving('gif');
    // A comment as long as two heads, before the first frame (GIF89a, section 24).
    const at = 13 + 3 * 2 ** (((clip[10] ?? 0) & 7) + 1);
    const line = Buffer.concat([Uint8Array.of(255), Buffer.alloc(255, 'x')]);
    const lines = Array<Buffer>(headLength / 128).fill(line);
    const comment = Buffer.concat([Uint8Array.of(0x21, 0xfe), ...lines, Uint8Array.of(0)]);
    const bytes = Buffer.concat([clip.subarray(0, at), comment, clip.subarray(at)]);
    const head = await createFileSources().head(await plant(bytes), never);
    expect(head).toMatchObject({ width: 12, height: 9, frames: 3 });
  });

  it('is read after a new look when it has changed', async () => {
    const source = await plant('GIF89a');
    const reader = createFileSources();
    await reader.head(source, never);
    await appendFile(source.path, 'x');
    await reader.head(source, never);
    expect(Buffer.from(await reader.read(source, never)).toString()).toBe('GIF89ax');
  });

  it('is not read when nobody wants it any more', async () => {
    const source = await plant('GIF89a');
    const reader = createFileSources();
    await expect(reader.head(source, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
    await reader.head(source, never);
    await expect(reader.read(source, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });

  it.runIf(process.platform === 'linux')('leaves no handle open, whatever happens', async () => {
    const reader = createFileSources();
    const good = await plant('GIF89a');
    const empty = await plant('');
    const before = await openFiles();
    await reader.head(good, never);
    await reader.read(good, never);
    await reader.head(empty, never).catch(() => undefined);
    await reader.read(good, AbortSignal.abort()).catch(() => undefined);
    expect(await openFiles()).toBe(before);
  });
});

/** The lowest free file number: it rises by every handle that is left open. */
async function openFiles(): Promise<number> {
  await using file = await open('/dev/null');
  return file.fd;
}
