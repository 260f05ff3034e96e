import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readXml } from './xml.ts';
import { essentialXmp, hasCoordinates, refreshXmp, withoutCoordinates } from './xmp.ts';

const size = { width: 640, height: 480 };
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

function packet(attributes: string, content = '', padding = ''): Uint8Array {
  return encode(
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">' +
      '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""' +
      ' xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:e="http://ns.adobe.com/exif/1.0/"' +
      ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"' +
      ' xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"' +
      ` xmlns:xmpNote="http://ns.adobe.com/xmp/note/"${attributes}>${content}</rdf:Description></rdf:RDF></x:xmpmeta>` +
      `${padding}<?xpacket end="w"?>`,
  );
}

describe('refreshXmp', () => {
  it('sets orientation and dimensions, as attributes and as elements, and nothing else', () => {
    const xmp = packet(
      ` tiff:Orientation="6" e:PixelXDimension='4000' dc:format="image/jpeg"`,
      '<e:PixelYDimension>3000</e:PixelYDimension><tiff:Make>Höhe &amp; Co</tiff:Make>',
    );
    expect(decode(refreshXmp(xmp, size))).toBe(
      decode(
        packet(
          ` tiff:Orientation="1" e:PixelXDimension='640' dc:format="image/jpeg"`,
          '<e:PixelYDimension>480</e:PixelYDimension><tiff:Make>Höhe &amp; Co</tiff:Make>',
        ),
      ).replace('<?xpacket end', '\n<?xpacket end'),
    );
  });

  it('drops thumbnails, pointers to extensions and padding', () => {
    const xmp = packet(
      ' xmpNote:HasExtendedXMP="0123" tiff:Make="A"',
      '<xmp:Thumbnails><rdf:Alt><rdf:li>aGVsbG8=</rdf:li></rdf:Alt></xmp:Thumbnails>',
      ' '.repeat(2000),
    );
    const text = decode(refreshXmp(xmp, size));
    expect(text).not.toMatch(/Thumbnails|HasExtendedXMP|aGVsbG8/);
    expect(text).toContain('tiff:Make="A"');
    expect(text.length).toBeLessThan(xmp.length - 2000);
    expect(readXml(text)).toBeDefined();
  });

  it.each(['<a><b></a></b>', '<a', 'no markup', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'])(
    'returns what is not well-formed as it came: %s',
    (text) => {
      const xmp = encode(text);
      expect(refreshXmp(xmp, size)).toBe(xmp);
    },
  );
});

describe('withoutCoordinates', () => {
  it('takes coordinates out, whoever names them, and leaves names of places', () => {
    const xmp = packet(
      ` e:GPSLatitude="52,31.2N" photoshop:City="Berlin" xmlns:d="http://www.dji.com/drone-dji/1.0/"` +
        ` d:GpsLongtitude="13.4" d:RelativeAltitude="+10"`,
      '<e:GPSLongitude>13,24E</e:GPSLongitude><e:GPSAltitude rdf:parseType="Resource"><e:a>1</e:a></e:GPSAltitude>' +
        '<dc:description>Altitude sickness</dc:description>',
    );
    expect(hasCoordinates(xmp)).toBe(true);
    const text = decode(withoutCoordinates(xmp));
    expect(text).not.toMatch(/52,31|13\.4|13,24|\+10/);
    expect(text).toContain('photoshop:City="Berlin"');
    expect(text).toContain('Altitude sickness');
    expect(hasCoordinates(encode(text))).toBe(false);
    expect(readXml(text)).toBeDefined();
  });

  it('leaves a packet without coordinates as it is', () => {
    const xmp = packet(' tiff:Make="A"');
    expect(decode(withoutCoordinates(xmp))).toBe(decode(xmp));
  });

  it('gives nothing when a damaged packet names coordinates, in UTF-16 too', () => {
    const broken = '<rdf:Description e:GPSLatitude="52,31N"><unclosed>';
    expect(withoutCoordinates(encode(broken))).toBeUndefined();
    expect(withoutCoordinates(Buffer.from(`\uFEFF${broken}`, 'utf16le'))).toBeUndefined();
    expect(withoutCoordinates(encode('<rdf:Description><unclosed>'))).toBeDefined();
  });
});

describe('essentialXmp', () => {
  it('keeps rights, creators and dates and nothing else', () => {
    const xmp = packet(
      ` photoshop:DateCreated="2020-01-02T03:04:05" tiff:Make="Canon" e:GPSLatitude="1"`,
      '<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© Jo &amp; Co</rdf:li></rdf:Alt></dc:rights>' +
        '<dc:creator><rdf:Seq><rdf:li>Jo</rdf:li></rdf:Seq></dc:creator><dc:subject>secret</dc:subject>',
    );
    const text = decode(essentialXmp(xmp));
    expect(text).toContain('<photoshop:DateCreated>2020-01-02T03:04:05</photoshop:DateCreated>');
    expect(text).toContain('<rdf:li xml:lang="x-default">© Jo &amp; Co</rdf:li>');
    expect(text).toContain('<dc:creator><rdf:Seq><rdf:li>Jo</rdf:li></rdf:Seq></dc:creator>');
    expect(text).not.toMatch(/Canon|GPS|secret/);
    expect(readXml(text)).toBeDefined();
  });

  it('finds them whatever their prefixes are', () => {
    const xmp = encode(
      '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description>' +
        '<rights xmlns="http://purl.org/dc/elements/1.1/"><r:Alt><r:li>Mine</r:li></r:Alt></rights>' +
        '</r:Description></r:RDF>',
    );
    expect(decode(essentialXmp(xmp))).toContain(
      '<dc:rights><rdf:Alt><rdf:li>Mine</rdf:li></rdf:Alt></dc:rights>',
    );
  });

  it('gives nothing when there is nothing to keep', () => {
    expect(essentialXmp(packet(' tiff:Make="A"'))).toBeUndefined();
    expect(essentialXmp(encode('<broken'))).toBeUndefined();
  });
});

describe('on anything at all', () => {
  const pieces = fc.constantFrom(
    ...[
      '<',
      '>',
      '/>',
      '</',
      '<a:b',
      ' c="d"',
      " e:GPSLatitude='1'",
      '<e:GPSLongitude>',
      '</e:GPSLongitude>',
    ],
    ...[
      '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
      '<rdf:Description>',
      '</rdf:RDF>',
    ],
    ...[
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<?x',
      '?>',
      ' xmlns:__proto__="constructor"',
      'é',
      '\0',
      '"',
      'text',
    ],
  );

  it('never throws, and no name of a coordinate survives', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        const xmp = encode(parts.join(''));
        refreshXmp(xmp, size);
        essentialXmp(xmp);
        const stripped = withoutCoordinates(xmp);
        if (stripped !== undefined) expect(hasCoordinates(stripped)).toBe(false);
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (xmp) => {
        refreshXmp(xmp, size);
        essentialXmp(xmp);
        withoutCoordinates(xmp);
      }),
    );
  });

  it.each([
    ['nested elements', '<a>'.repeat(500_000)],
    ['attributes', `<a${' b="c"'.repeat(500_000)}/>`],
    ['white space', `<a${' '.repeat(2_000_000)}<${' '.repeat(2_000_000)}`],
    ['unfinished tags', '<a '.repeat(500_000)],
  ])(
    'is done soon with millions of bytes of %s',
    (_, text) => {
      const xmp = encode(text);
      refreshXmp(xmp, size);
      expect(withoutCoordinates(xmp)).toBeDefined();
    },
    5000,
  );
});
