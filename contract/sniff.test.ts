import { readdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { extname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { corpus } from '../tests/fixtures/corpus.ts';
import { inputFormats, type InputFormat } from './formats.ts';
import { sniffFormat, sniffLength } from './sniff.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const bytes = (...values: (number | string)[]): Uint8Array =>
  Uint8Array.from(values.flatMap((value) => (typeof value === 'number' ? [value] : [...text(value)])));
/** An `ftyp` box: length, major brand, version, compatible brands. */
const ftyp = (major: string, ...compatible: string[]): Uint8Array =>
  bytes(0, 0, 0, 16 + compatible.length * 4, 'ftyp', major, 0, 0, 0, 0, ...compatible);

describe('sniffFormat', () => {
  it.each<[string, Uint8Array, InputFormat]>([
    ['JFIF', bytes(0xff, 0xd8, 0xff, 0xe0), 'jpeg'],
    ['a JPEG that begins with a table', bytes(0xff, 0xd8, 0xff, 0xdb), 'jpeg'],
    ['PNG', bytes(0x89, 'PNG\r\n', 0x1a, '\n'), 'png'],
    ['WebP', bytes('RIFF', 1, 2, 3, 4, 'WEBPVP8 '), 'webp'],
    ['GIF87a', text('GIF87a'), 'gif'],
    ['GIF89a', text('GIF89a'), 'gif'],
    ['little-endian TIFF', bytes('II', 42, 0), 'tiff'],
    ['big-endian TIFF', bytes('MM', 0, 42), 'tiff'],
    ['little-endian BigTIFF', bytes('II', 43, 0), 'tiff'],
    ['big-endian BigTIFF', bytes('MM', 0, 43), 'tiff'],
    ['a bare JPEG XL codestream', bytes(0xff, 0x0a), 'jxl'],
    ['JPEG XL in its container', bytes(0, 0, 0, 12, 'JXL \r\n', 0x87, '\n'), 'jxl'],
    ['AVIF', ftyp('avif', 'mif1', 'miaf'), 'avif'],
    ['an AVIF sequence', ftyp('avis', 'msf1'), 'avif'],
    ['AVIF under a generic brand', ftyp('mif1', 'avif', 'miaf'), 'avif'],
    ['HEIC', ftyp('heic', 'mif1'), 'heic'],
    ['HEIC with 10 bits', ftyp('heix', 'mif1'), 'heic'],
    ['HEIF under a generic brand', ftyp('mif1', 'heic'), 'heic'],
    ['HEIF of a generic brand alone', ftyp('mif1'), 'heic'],
    ['SVG', text('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'svg'],
    ['SVG of one word', text('<svg>'), 'svg'],
    ['SVG with a prefix', text('<s:svg xmlns:s="http://www.w3.org/2000/svg">'), 'svg'],
    ['SVG behind a declaration', text('<?xml version="1.0"?>\n<svg >'), 'svg'],
    ['SVG behind a byte-order mark', bytes(0xef, 0xbb, 0xbf, '<svg>'), 'svg'],
    ['SVG in UTF-16', new Uint8Array(Buffer.from('\uFEFF<?xml version="1.0"?><svg>', 'utf16le')), 'svg'],
    [
      'SVG behind comments and a doctype',
      text(
        '<?xml version="1.0" encoding="UTF-8"?><!-- (c) Jo > <svg> --> <!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" ' +
          '"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd" [ <!ENTITY a "b"> ]>\n<svg>',
      ),
      'svg',
    ],
    [
      'SVG behind a licence longer than what is read',
      text(`<?xml version="1.0"?><!-- svg of ${'a long licence '.repeat(200)} --><svg>`),
      'svg',
    ],
    [
      'SVG behind entities longer than what is read',
      text(`<!DOCTYPE svg [ ${'<!ENTITY ns "http://example.org/">'.repeat(100)} ]><svg>`),
      'svg',
    ],
  ])('knows %s', (_, head, format) => {
    expect(sniffFormat(head.subarray(0, sniffLength))).toBe(format);
  });

  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array(0)],
    ['text', text('This is a text called holiday.jpg')],
    ['text about <svg>', text('The <svg> element is')],
    ['HTML', text('<!DOCTYPE html><html><body><svg></svg></body></html>')],
    ['other XML', text('<?xml version="1.0"?><rss version="2.0">')],
    ['an element that only begins so', text('<svgalore>')],
    ['a PDF', text('%PDF-1.7')],
    ['a ZIP', bytes('PK', 3, 4)],
    ['a WAV', bytes('RIFF', 1, 2, 3, 4, 'WAVEfmt ')],
    ['an MP4', ftyp('isom', 'iso2', 'mp41')],
    ['a BMP', bytes('BM', 0, 0, 0, 0)],
    ['half a PNG signature', bytes(0x89, 'PN')],
    ['half a JPEG signature', bytes(0xff, 0xd8)],
    ['half an ftyp', ftyp('heic').subarray(0, 9)],
  ])('does not take %s for an image', (_, head) => {
    expect(sniffFormat(head)).toBeUndefined();
  });

  it('answers for any bytes', () => {
    const signatures = fc.constantFrom(
      ...[
        bytes(),
        ftyp('heic'),
        bytes('RIFF', 0, 0, 0, 0, 'WEBP'),
        text('<?xml'),
        text('<!--'),
        text('<!DOCTYPE '),
      ],
    );
    fc.assert(
      fc.property(signatures, fc.uint8Array({ maxLength: 2048 }), (signature, rest) => {
        expect([undefined, ...inputFormats]).toContain(sniffFormat(bytes(...signature, ...rest)));
      }),
    );
  });
});

describe.skipIf(corpus === undefined)('on real files', () => {
  const formats: Readonly<Record<string, InputFormat>> = {
    '.jpg': 'jpeg',
    '.jpeg': 'jpeg',
    '.jfif': 'jpeg',
    '.png': 'png',
    '.webp': 'webp',
    '.gif': 'gif',
    '.tif': 'tiff',
    '.tiff': 'tiff',
    '.svg': 'svg',
    '.avif': 'avif',
    '.heic': 'heic',
    '.heif': 'heic',
    '.hif': 'heic',
    '.jxl': 'jxl',
  };
  const files = corpus === undefined ? [] : readdirSync(corpus, { recursive: true, encoding: 'utf8' });

  it('tells every image by its content as its name does', async () => {
    const wrong: string[] = [];
    let images = 0;
    for (const name of files) {
      const expected = formats[extname(name).toLowerCase()];
      if (expected === undefined) continue;
      images += 1;
      const found = sniffFormat(await head(join(corpus ?? '', name)));
      if (found !== expected) wrong.push(`${name}: ${String(found)}`);
    }
    expect(wrong).toEqual([]);
    expect(images).toBeGreaterThan(300);
  });

  it('takes nothing else for an image', async () => {
    for (const name of files.filter((candidate) => /(?:\.csv|\.md|README)$/.test(candidate)))
      expect(sniffFormat(await head(join(corpus ?? '', name))), name).toBeUndefined();
  });

  async function head(path: string): Promise<Uint8Array> {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(new Uint8Array(sniffLength), 0, sniffLength, 0);
    return buffer.subarray(0, bytesRead);
  }
});
