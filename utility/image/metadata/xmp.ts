import { readXml, type XmlElement, type XmlName } from './xml.ts';

/**
 * Edits of XMP packets (ISO 16684-1): properties are found by namespace and name, as attributes and as elements, and
 * cut out of the text; everything else stays as its writer wrote it.
 */

const ns = {
  rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
  meta: 'adobe:ns:meta/',
  dc: 'http://purl.org/dc/elements/1.1/',
  exif: 'http://ns.adobe.com/exif/1.0/',
  photoshop: 'http://ns.adobe.com/photoshop/1.0/',
  tiff: 'http://ns.adobe.com/tiff/1.0/',
  xmp: 'http://ns.adobe.com/xap/1.0/',
  xmpNote: 'http://ns.adobe.com/xmp/note/',
  xmpRights: 'http://ns.adobe.com/xap/1.0/rights/',
} as const;

/**
 * A packet made true for a picture that was re-encoded: orientation 1, the new dimensions, no thumbnail, no pointer
 * to an extension that came in other segments, and no mention of gain maps or videos behind the picture, which an
 * output does not have. The white space that writers leave for editing in place goes as well. What is not
 * well-formed is returned as it came.
 */
export function refreshXmp(
  xmp: Uint8Array,
  size: { readonly width: number; readonly height: number },
): Uint8Array {
  const packet = read(xmp);
  if (packet === undefined) return xmp;
  const truth = new Map<string, number>([
    [`${ns.tiff} Orientation`, 1],
    [`${ns.tiff} ImageWidth`, size.width],
    [`${ns.tiff} ImageLength`, size.height],
    [`${ns.exif} PixelXDimension`, size.width],
    [`${ns.exif} PixelYDimension`, size.height],
  ]);
  const edits = [
    ...findProperties(packet.roots, isStale).map(({ from, to }) => ({ from, to, text: '' })),
    ...findProperties(packet.roots, (name) => truth.has(`${name.uri} ${name.local}`)).flatMap(
      ({ name, valueFrom, valueTo }) => {
        const number = truth.get(`${name.uri} ${name.local}`);
        return number === undefined ? [] : [{ from: valueFrom, to: valueTo, text: String(number) }];
      },
    ),
  ];
  return write(withoutPadding(apply(packet.text, edits)));
}

/**
 * A packet without coordinates: the GPS properties of EXIF, and latitudes, longitudes and altitudes under whatever
 * name (drones have their own). Names of places (city, country) stay; they are text that somebody wrote.
 *
 * `undefined` when the packet is so damaged that the coordinates cannot be proven gone.
 */
export function withoutCoordinates(xmp: Uint8Array): Uint8Array | undefined {
  const packet = read(xmp);
  if (packet === undefined) return hasCoordinates(xmp) ? undefined : xmp;
  const edits = findProperties(packet.roots, isCoordinate).map(({ from, to }) => ({ from, to, text: '' }));
  const edited = write(apply(packet.text, edits));
  return hasCoordinates(edited) ? undefined : edited;
}

/** Whether anything in the packet has the name of a coordinate, well-formed or not. */
export function hasCoordinates(xmp: Uint8Array): boolean {
  return /[:<](?:gps\w|\w*(?:latitude|longt?itude|altitude))/i.test(lenientDecoder.decode(xmp));
}

/** A small packet with rights, creators and dates and nothing else; `undefined` when the source has none. */
export function essentialXmp(xmp: Uint8Array): Uint8Array | undefined {
  const packet = read(xmp);
  if (packet === undefined) return undefined;
  const properties: string[] = [];
  for (const description of descriptions(packet.roots)) {
    for (const { uri, local, value } of description.attributes) {
      const prefix = essentialPrefix({ uri, local });
      if (prefix !== undefined)
        properties.push(`<${prefix}:${local}>${value.replaceAll('>', '&gt;')}</${prefix}:${local}>`);
    }
    for (const child of description.children) {
      if (essentialPrefix(child) === undefined) continue;
      const copied = copy(packet.text, child);
      if (copied !== undefined) properties.push(copied);
    }
  }
  if (properties.length === 0) return undefined;
  const namespaces = [...copiedPrefixes].map(([uri, prefix]) => ` xmlns:${prefix}="${uri}"`);
  return write(
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>' +
      `<x:xmpmeta xmlns:x="${ns.meta}"><rdf:RDF${namespaces.join('')}><rdf:Description rdf:about="">` +
      properties.join('') +
      '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>',
  );
}

/** Properties of which a re-encoded picture would lie. */
function isStale({ uri, local }: XmlName): boolean {
  if (uri === ns.xmp) return local === 'Thumbnails';
  if (uri === ns.xmpNote) return local === 'HasExtendedXMP';
  if (uri === 'http://ns.adobe.com/hdr-gain-map/1.0/') return true;
  if (uri === 'http://ns.google.com/photos/1.0/container/') return local === 'Directory';
  if (uri === 'http://ns.google.com/photos/1.0/camera/') return /^(?:MotionPhoto|MicroVideo)/.test(local);
  return false;
}

function isCoordinate({ local }: XmlName): boolean {
  return /^gps./i.test(local) || /(?:latitude|longt?itude|altitude)/i.test(local);
}

const copiedPrefixes: ReadonlyMap<string, string> = new Map([
  [ns.rdf, 'rdf'],
  [ns.dc, 'dc'],
  [ns.exif, 'exif'],
  [ns.photoshop, 'photoshop'],
  [ns.xmp, 'xmp'],
  [ns.xmpRights, 'xmpRights'],
]);

const essentials: ReadonlyMap<string, RegExp> = new Map([
  [ns.dc, /^(?:rights|creator|date)$/],
  [ns.exif, /^DateTime(?:Original|Digitized)$/],
  [ns.photoshop, /^(?:DateCreated|AuthorsPosition|Credit|Source)$/],
  [ns.xmp, /^(?:CreateDate|ModifyDate)$/],
  [ns.xmpRights, /^/],
]);

function essentialPrefix({ uri, local }: XmlName): string | undefined {
  return essentials.get(uri)?.test(local) === true ? copiedPrefixes.get(uri) : undefined;
}

/** The element under the prefixes that our packet declares; `undefined` when something inside has no place in it. */
function copy(text: string, element: XmlElement): string | undefined {
  const prefix = copiedPrefixes.get(element.uri);
  if (prefix === undefined) return undefined;
  const attributes: string[] = [];
  for (const { uri, local, value } of element.attributes) {
    if (uri === 'xmlns' || local === 'xmlns') continue;
    const known = uri === 'xml' ? 'xml' : copiedPrefixes.get(uri);
    if (known === undefined) return undefined;
    attributes.push(` ${known}:${local}="${value.replaceAll('"', '&quot;')}"`);
  }
  let content = '';
  let at = element.contentFrom;
  for (const child of element.children) {
    const copied = copy(text, child);
    if (copied === undefined) return undefined;
    content += text.slice(at, child.from) + copied;
    at = child.to;
  }
  content += text.slice(at, element.contentTo);
  return `<${prefix}:${element.local}${attributes.join('')}>${content}</${prefix}:${element.local}>`;
}

interface Property {
  readonly name: XmlName;
  readonly from: number;
  readonly to: number;
  readonly valueFrom: number;
  readonly valueTo: number;
}

/** Attributes and elements, at any depth, that answer to `matches`; nothing inside one that was found. */
function findProperties(elements: readonly XmlElement[], matches: (name: XmlName) => boolean): Property[] {
  return elements.flatMap((element): Property[] => {
    if (matches(element)) {
      const { from, to, contentFrom, contentTo } = element;
      return [{ name: element, from, to, valueFrom: contentFrom, valueTo: contentTo }];
    }
    const attributes = element.attributes.filter(
      (attribute) => attribute.uri !== 'xmlns' && matches(attribute),
    );
    return [
      ...attributes.map(({ uri, local, from, to, value }) => ({
        name: { uri, local },
        from,
        to,
        valueFrom: to - 1 - value.length,
        valueTo: to - 1,
      })),
      ...findProperties(element.children, matches),
    ];
  });
}

/** The `rdf:Description`s that hold the properties of the picture itself. */
function descriptions(roots: readonly XmlElement[]): XmlElement[] {
  return roots.flatMap((element) => {
    if (element.uri === ns.rdf && element.local === 'RDF')
      return element.children.filter(({ uri, local }) => uri === ns.rdf && local === 'Description');
    return element.uri === ns.meta ? descriptions(element.children) : [];
  });
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

function apply(text: string, edits: readonly Edit[]): string {
  let edited = '';
  let at = 0;
  for (const edit of edits.toSorted((one, other) => one.from - other.from)) {
    // Inside something that was cut out already.
    if (edit.from < at) continue;
    edited += text.slice(at, edit.from) + edit.text;
    at = edit.to;
  }
  return edited + text.slice(at);
}

function withoutPadding(text: string): string {
  const trailer = text.lastIndexOf('<?xpacket end');
  return trailer < 0 ? text : `${text.slice(0, trailer).trimEnd()}\n${text.slice(trailer)}`;
}

const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Sees ASCII names in any encoding that has them, UTF-16 included once its zero bytes are gone. */
const lenientDecoder = {
  decode: (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1').replaceAll('\0', ''),
};

function read(xmp: Uint8Array): { readonly text: string; readonly roots: XmlElement[] } | undefined {
  let text: string;
  try {
    text = strictDecoder.decode(xmp);
  } catch {
    // Not UTF-8; the caller says what becomes of a packet that cannot be read.
    return undefined;
  }
  const roots = readXml(text);
  return roots === undefined || roots.length === 0 ? undefined : { text, roots };
}

function write(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
