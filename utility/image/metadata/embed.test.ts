import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import exifReader from 'exif-reader';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeApng } from '../../../tests/fixtures/apng.ts';
import { corpus } from '../../../tests/fixtures/corpus.ts';
import { readApng } from '../apng.ts';
import { embedMetadata, type SpliceableFormat } from './embed.ts';
import { extractMetadata } from './extract.ts';
import type { Metadata } from './metadata.ts';
import { loadCodecs } from '../../codecs.ts';

const codecs = await loadCodecs('native');

const formats: readonly SpliceableFormat[] = ['jpeg', 'png', 'webp'];
const run = promisify(execFile);

/** A little picture that no codec finds flat. */
const raw = Buffer.from(
  Array.from({ length: 33 * 17 * 4 }, (_, index) => (index * 37 + (index >> 5) * 11) % 256),
);
const picture = sharp(raw, { raw: { width: 33, height: 17, channels: 4 } });

async function encode(format: SpliceableFormat): Promise<Buffer> {
  return picture.clone().toFormat(format).toBuffer();
}

async function pixels(file: Uint8Array): Promise<Buffer> {
  return sharp(file).raw().toBuffer();
}

/** ASCII copyright notice alone. */
function exif(length = 16): Uint8Array {
  const bytes = Buffer.alloc(26 + length, 'x');
  bytes.set([0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x98, 0x82, 2, 0]);
  bytes.writeUInt32LE(length, 14);
  bytes.writeUInt32LE(26, 18);
  bytes.writeUInt32LE(0, 22);
  bytes[bytes.length - 1] = 0;
  return bytes;
}

const xmp = Buffer.from(
  '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF' +
    ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""/></rdf:RDF>' +
    '</x:xmpmeta><?xpacket end="w"?>',
);
const iptc = Buffer.from([0x1c, 2, 116, 0, 3, 0x6d, 0x65, 0x21]);
let icc: Buffer;

beforeAll(async () => {
  const { icc: profile } = await sharp(
    await picture.clone().withIccProfile('p3').png().toBuffer(),
  ).metadata();
  if (profile === undefined) throw new Error('sharp wrote no profile');
  icc = profile;
});

async function readBack(file: Uint8Array): Promise<Metadata> {
  return extractMetadata(await sharp(file).metadata());
}

function expectSame(actual: Uint8Array | undefined, expected: Uint8Array): void {
  expect(actual === undefined ? undefined : Buffer.compare(actual, expected)).toBe(0);
}

describe.each(formats)('embedMetadata into %s', (format) => {
  it('is read back by another library, and the pixels are equal', async () => {
    const encoded = await encode(format);
    const file = embedMetadata(encoded, format, { exif: exif(), xmp, icc, iptc });
    const found = await readBack(file);
    expectSame(found.exif, exif());
    expectSame(found.xmp, xmp);
    expectSame(found.icc, icc);
    if (format === 'jpeg') expectSame(found.iptc, iptc);
    else expect(found.iptc).toBeUndefined();
    expect(exifReader(Buffer.from(found.exif ?? [])).Image?.Copyright).toBe('x'.repeat(15));
    expect(await sharp(file).metadata()).toMatchObject({ width: 33, height: 17, format });
    expectSame(
      await pixels(embedMetadata(encoded, format, { exif: exif(), xmp, iptc })),
      await pixels(encoded),
    );
  });

  it('replaces what is there, removes what is not given, and leaves the profile unless there is another', async () => {
    const encoded = await encode(format);
    const first = embedMetadata(encoded, format, { exif: exif(40), xmp, icc, iptc });
    expectSame(embedMetadata(first, format, { exif: exif(40), xmp, icc, iptc }), first);
    const second = await readBack(embedMetadata(first, format, { exif: exif(8) }));
    expectSame(second.exif, exif(8));
    expectSame(second.icc, icc);
    expect([second.xmp, second.iptc]).toEqual([undefined, undefined]);
  });

  it('changes nothing when there is nothing to say', async () => {
    const encoded = await encode(format);
    expectSame(embedMetadata(encoded, format, {}), encoded);
    expectSame(
      embedMetadata(embedMetadata(encoded, format, { exif: exif(), xmp, iptc }), format, {}),
      encoded,
    );
  });

  it('leaves the pixels alone whatever the blocks are', async () => {
    const encoded = await encode(format);
    const expected = await pixels(encoded);
    const block = fc.uint8Array({ minLength: 1, maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(block, block, block, async (one, two, three) => {
        const file = embedMetadata(encoded, format, { exif: one, xmp: two, iptc: three });
        expectSame(await pixels(file), expected);
      }),
      { numRuns: 30 },
    );
  });

  it('says so when the bytes are something else, cut off or hostile', async () => {
    const encoded = await encode(format);
    const broken = expect.objectContaining({ code: 'encode-failed' }) as Error;
    expect(() => embedMetadata(Buffer.from('GIF89a and so on and so on'), format, {})).toThrow(broken);
    expect(() => embedMetadata(encoded.subarray(0, 30), format, {})).toThrow(broken);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(40), (noise, at) => {
        const bytes = Uint8Array.from(encoded.subarray(0, 200));
        bytes.set(noise, at);
        try {
          embedMetadata(bytes, format, { exif: exif() });
        } catch (error) {
          expect(error).toMatchObject({ code: 'encode-failed' });
        }
      }),
    );
  });
});

describe('in a JPEG', () => {
  it('splits a large profile into numbered parts', async () => {
    const large = Buffer.concat([icc, Buffer.alloc(150_000, 7)]);
    large.writeUInt32BE(large.length, 0);
    const { icc: found } = await readBack(embedMetadata(await encode('jpeg'), 'jpeg', { icc: large }));
    expectSame(found, large);
  });

  it('puts XMP beyond one segment into an extension that can be put together again', async () => {
    const large = Buffer.from(
      xmp.toString().replace('rdf:about=""', `rdf:about="" xmlns:n="n:" n:n="${'é'.repeat(80_000)}"`),
    );
    const encoded = await encode('jpeg');
    const file = Buffer.from(embedMetadata(encoded, 'jpeg', { xmp: large }));
    const standard = (await readBack(file)).xmp;
    const digest = /xmpNote:HasExtendedXMP="([0-9A-F]{32})"/.exec(
      Buffer.from(standard ?? []).toString(),
    )?.[1];
    const header = Buffer.from(`http://ns.adobe.com/xmp/extension/\0${digest ?? 'none'}`);
    let whole = Buffer.alloc(0);
    for (let at = file.indexOf(header); at >= 0; at = file.indexOf(header, at + 1)) {
      const length = file.readUInt16BE(at - 2);
      const placed = at + header.length;
      whole = whole.length > 0 ? whole : Buffer.alloc(file.readUInt32BE(placed));
      file.copy(whole, file.readUInt32BE(placed + 4), placed + 8, at - 2 + length);
    }
    expect(whole.toString()).toBe(large.toString().replaceAll(/<\?xpacket[^>]*\?>/g, ''));
    expectSame(await pixels(file), await pixels(encoded));
    expectSame(embedMetadata(file, 'jpeg', {}), encoded);
  });

  it('refuses an EXIF block that no segment holds', async () => {
    const encoded = await encode('jpeg');
    expect(() => embedMetadata(encoded, 'jpeg', { exif: exif(70_000) })).toThrow(/does not fit into a JPEG/);
  });
});

describe('in a file that moves', () => {
  it('keeps the frames, delays and loops of a WebP', async () => {
    const frames = Buffer.concat([raw, raw.toReversed()]);
    const encoded = await sharp(frames, { raw: { width: 33, height: 34, channels: 4, pageHeight: 17 } })
      .webp({ delay: [70, 130], loop: 3, lossless: true })
      .toBuffer();
    const file = embedMetadata(encoded, 'webp', { exif: exif(), xmp });
    expect(await sharp(file, { animated: true }).metadata()).toMatchObject({
      pages: 2,
      delay: [70, 130],
      loop: 3,
      pageHeight: 17,
    });
    expectSame((await readBack(file)).exif, exif());
    const stripped = embedMetadata(file, 'webp', {});
    expectSame(
      await sharp(stripped, { animated: true }).raw().toBuffer(),
      await sharp(encoded, { animated: true }).raw().toBuffer(),
    );
  });

  it('keeps the animation of a PNG', async () => {
    const frames = [1, 2].map((value) => ({ width: 2, height: 1, pixels: new Uint8Array(8).fill(value) }));
    const file = embedMetadata(writeApng({ width: 2, height: 1, frames }), 'png', { exif: exif(), xmp });
    expect(await readApng(file, 100, codecs)).toMatchObject({ frames: 2 });
    expectSame((await readBack(file)).exif, exif());
  });
});

describe.skipIf(corpus === undefined)('with the metadata of real cameras', () => {
  it.each(formats)('puts every block of every file into %s and gets it back', async (format) => {
    const encoded = await encode(format);
    const root = join(corpus ?? '', 'meta', 'jpg');
    for (const name of await readdir(root, { recursive: true })) {
      if (!/\.jpe?g$/.test(name)) continue;
      const metadata = extractMetadata(await sharp(join(root, name), { failOn: 'none' }).metadata());
      const found = await readBack(embedMetadata(encoded, format, metadata));
      for (const [kind, block] of Object.entries(metadata)) {
        if (kind === 'iptc' && format !== 'jpeg') continue;
        const back = found[kind as Exclude<keyof Metadata, 'comments'>];
        expect(
          back === undefined ? 'nothing' : Buffer.compare(back, block as Buffer),
          `${kind} of ${name}`,
        ).toBe(0);
      }
    }
  });
});

describe('before independent programs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-embed-'));
  afterAll(() => rm(folder, { recursive: true }));
  const has = async (program: string): Promise<boolean> =>
    run(program, ['-version']).then(
      () => true,
      (error: unknown) => !(error instanceof Error && 'code' in error && error.code === 'ENOENT'),
    );

  const decoders = [
    { program: 'djpeg', format: 'jpeg', options: (file: string) => ['-outfile', '/dev/null', file] },
    { program: 'dwebp', format: 'webp', options: (file: string) => [file, '-o', '/dev/null'] },
    { program: 'webpinfo', format: 'webp', options: (file: string) => [file] },
    { program: 'identify', format: 'jpeg', options: (file: string) => ['-verbose', file] },
    { program: 'identify', format: 'png', options: (file: string) => ['-verbose', file] },
    { program: 'identify', format: 'webp', options: (file: string) => ['-verbose', file] },
  ] as const;
  for (const { program, format, options } of decoders) {
    it.skipIf(!(await has(program)))(`${program} opens a ${format} without a complaint`, async () => {
      const file = join(folder, `${program}.${format}`);
      await writeFile(file, embedMetadata(await encode(format), format, { exif: exif(), xmp, icc, iptc }));
      const { stdout, stderr } = await run(program, options(file));
      // ImageMagick 6 cannot parse any XMP in a WebP, webpmux's own no more than ours.
      if (format !== 'webp') expect(stderr).toBe('');
      if (program === 'webpinfo') expect(stdout).toContain('No error detected');
      if (program === 'identify') expect(stdout).toMatch(/Copyright/i);
      expect((await readFile(file)).length).toBeGreaterThan(0);
    });
  }
});
