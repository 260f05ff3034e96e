import { describe, expect, it } from 'vitest';
import { outputFormats } from '../../../contract/formats.ts';
import { maxJpegExif } from './embed-jpeg.ts';
import { hasGps } from './exif-edit.ts';
import { extractMetadata } from './extract.ts';
import { applyPolicy } from './policy.ts';
import { hasCoordinates } from './xmp.ts';

const jpeg = { format: 'jpeg', width: 640, height: 480 } as const;
const icc = Uint8Array.of(1, 2, 3);
const xmp = Buffer.from(
  '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description' +
    ' xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="52,31N"' +
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" dc:rights="Mine"/></rdf:RDF>',
);
const dataset = (record: number, number: number, text: string): Buffer =>
  Buffer.concat([Buffer.from([0x1c, record, number, 0, text.length]), Buffer.from(text)]);
const iptc = Buffer.concat([
  dataset(1, 90, '\x1b%G'),
  dataset(2, 0, '\0\x02'),
  dataset(2, 5, 'Title'),
  dataset(2, 116, '(c) me'),
]);

/** Big-endian EXIF: Copyright, DateTime-less, with a GPS directory that has a latitude reference. */
function exifWithGps(padding = 0): Uint8Array {
  const bytes = new Uint8Array(80 + padding);
  const view = new DataView(bytes.buffer);
  bytes.set([0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 3]);
  const entries: [number, number, number, number][] = [
    [0x0112, 3, 1, 6 << 16],
    [0x8298, 2, 8, 70],
    [0x8825, 4, 1, 50],
  ];
  for (const [index, [tag, type, count, value]] of entries.entries()) {
    view.setUint16(10 + index * 12, tag);
    view.setUint16(12 + index * 12, type);
    view.setUint32(14 + index * 12, count);
    view.setUint32(18 + index * 12, value);
  }
  bytes.set([0, 1, 0, 1, 0, 2, 0, 0, 0, 2, 0x4e, 0, 0, 0], 50);
  bytes.set(Buffer.from('Me only\0'), 70);
  bytes.fill(1, 80);
  return bytes;
}

const source = { exif: exifWithGps(), xmp, iptc, icc };

describe('applyPolicy', () => {
  it('keeps everything a JPEG can hold and says so', () => {
    const { metadata, fidelity } = applyPolicy(source, { metadata: 'keep', gps: 'keep' }, jpeg);
    expect(Object.keys(metadata).sort()).toEqual(['exif', 'icc', 'iptc', 'xmp']);
    expect(metadata.icc).toBe(icc);
    expect(metadata.iptc).toBe(iptc);
    expect(fidelity.map(({ aspect, fate }) => `${aspect} ${fate}`)).toEqual([
      'exif kept',
      'xmp kept',
      'iptc kept',
      'gps kept',
    ]);
  });

  it('strips the location and nothing else', () => {
    const { metadata, fidelity } = applyPolicy(source, { metadata: 'keep', gps: 'strip' }, jpeg);
    expect(hasGps(metadata.exif ?? icc)).toBe(false);
    expect(hasCoordinates(metadata.xmp ?? icc)).toBe(false);
    expect(Buffer.from(metadata.exif ?? icc).includes('Me only')).toBe(true);
    expect(Buffer.from(metadata.xmp ?? icc).includes('Mine')).toBe(true);
    expect(fidelity).toContainEqual({
      aspect: 'gps',
      fate: 'dropped',
      note: "the recipe strips GPS; a camera maker's private notes are not searched",
    });
    expect(fidelity).toContainEqual(expect.objectContaining({ aspect: 'exif', fate: 'kept' }));
  });

  it('reduces to copyright, authorship and dates', () => {
    const { metadata, fidelity } = applyPolicy(source, { metadata: 'copyright', gps: 'keep' }, jpeg);
    expect(Buffer.from(metadata.exif ?? icc).includes('Me only')).toBe(true);
    expect(Buffer.from(metadata.xmp ?? icc).includes('Mine')).toBe(true);
    expect(Buffer.from(metadata.iptc ?? icc).includes('(c) me')).toBe(true);
    expect(Buffer.from(metadata.iptc ?? icc).includes('Title')).toBe(false);
    expect(hasGps(metadata.exif ?? icc) || hasCoordinates(metadata.xmp ?? icc)).toBe(false);
    expect(fidelity.map(({ aspect, fate }) => `${aspect} ${fate}`)).toEqual([
      'exif converted',
      'xmp converted',
      'iptc converted',
      'gps dropped',
    ]);
  });

  it('strips all but the profile', () => {
    const { metadata, fidelity } = applyPolicy(source, { metadata: 'strip', gps: 'keep' }, jpeg);
    expect(metadata).toEqual({ icc });
    expect(fidelity.every(({ fate }) => fate === 'dropped')).toBe(true);
    expect(fidelity).toHaveLength(4);
  });

  it.each(outputFormats)('hands on to %s what it can hold and tells why not the rest', (format) => {
    const { metadata, fidelity } = applyPolicy(
      source,
      { metadata: 'keep', gps: 'keep' },
      { ...jpeg, format },
    );
    for (const aspect of ['exif', 'xmp', 'iptc'] as const) {
      const said = fidelity.find((entry) => entry.aspect === aspect);
      expect(said?.fate).toBe(metadata[aspect] === undefined ? 'dropped' : 'kept');
      if (said?.fate === 'dropped') expect(said.note).toMatch(/^Millrace writes no (EXIF|XMP|IPTC) into /);
    }
    expect(metadata.icc).toBe(icc);
  });

  it.each(['avif', 'jxl'] as const)('says that maker notes may suffer in %s', (format) => {
    const exif = exifWithGps();
    new DataView(exif.buffer).setUint16(22, 0x927c);
    const { metadata, fidelity } = applyPolicy(
      { exif },
      { metadata: 'keep', gps: 'keep' },
      { ...jpeg, format },
    );
    expect(metadata.exif).toBeDefined();
    expect(fidelity[0]).toMatchObject({ aspect: 'exif', fate: 'converted' });
    expect(fidelity[0]?.note).toContain("maker's private notes may not be readable");
  });

  it('speaks only of what the source had', () => {
    expect(applyPolicy({}, { metadata: 'keep', gps: 'strip' }, jpeg)).toEqual({ metadata: {}, fidelity: [] });
    const { fidelity } = applyPolicy({ iptc }, { metadata: 'keep', gps: 'strip' }, jpeg);
    expect(fidelity).toEqual([{ aspect: 'iptc', fate: 'kept', note: 'unchanged' }]);
  });

  it('keeps the essentials of an EXIF block that is too large for a JPEG segment', () => {
    const exif = exifWithGps(70_000);
    const { metadata, fidelity } = applyPolicy({ exif }, { metadata: 'keep', gps: 'keep' }, jpeg);
    expect(metadata.exif?.length).toBeLessThan(maxJpegExif);
    expect(Buffer.from(metadata.exif ?? icc).includes('Me only')).toBe(true);
    expect(fidelity).toEqual([
      {
        aspect: 'exif',
        fate: 'converted',
        note: 'its 70080 bytes are more than a JPEG can hold of EXIF; reduced to copyright, authorship and dates',
      },
      {
        aspect: 'gps',
        fate: 'dropped',
        note: 'the metadata that held it could not be carried over to JPEG',
      },
    ]);
    const webp = applyPolicy({ exif }, { metadata: 'keep', gps: 'keep' }, { ...jpeg, format: 'webp' });
    expect(webp.metadata.exif).toHaveLength(exif.length);
  });

  it('drops a damaged block when its location cannot be proven gone, and keeps it otherwise', () => {
    const exif = Buffer.from('no TIFF structure');
    expect(applyPolicy({ exif }, { metadata: 'keep', gps: 'keep' }, jpeg).metadata.exif).toBe(exif);
    const { metadata, fidelity } = applyPolicy({ exif }, { metadata: 'keep', gps: 'strip' }, jpeg);
    expect(metadata).toEqual({});
    expect(fidelity[0]?.note).toContain('could not be proven gone');
  });
});

describe('extractMetadata', () => {
  it('takes the prefix off EXIF and the IPTC records out of the Photoshop block', () => {
    const resource = (id: number, data: Buffer): Buffer => {
      const head = Buffer.from([
        0x38,
        0x42,
        0x49,
        0x4d,
        id >> 8,
        id & 0xff,
        3,
        0x61,
        0x62,
        0x63,
        0,
        0,
        0,
        data.length,
      ]);
      return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
    };
    const photoshop = Buffer.concat([
      Buffer.from('Photoshop 3.0\0'),
      resource(0x0425, Buffer.from('odd')),
      resource(0x0404, iptc),
    ]);
    const extracted = extractMetadata({
      exif: Buffer.concat([Buffer.from('Exif\0\0'), source.exif]),
      iptc: photoshop,
      xmp: new Uint8Array(0),
    });
    expect(Object.keys(extracted).sort()).toEqual(['exif', 'iptc']);
    expect(Buffer.compare(extracted.exif ?? icc, source.exif)).toBe(0);
    expect(Buffer.compare(extracted.iptc ?? icc, iptc)).toBe(0);
    expect(extractMetadata({ iptc }).iptc).toBe(iptc);
    expect(extractMetadata({ iptc: photoshop.subarray(0, 30) })).toEqual({});
  });
});
