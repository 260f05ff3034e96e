/**
 * IPTC IIM (Information Interchange Model 4.2): a row of datasets, each `1C record dataset length data`, and the
 * Photoshop resource block that carries it in JPEG's APP13 (Adobe Photoshop File Formats Specification).
 */

const photoshopHeader = new TextEncoder().encode('Photoshop 3.0\0');
const iptcResource = 0x0404;

/** The IIM records inside a Photoshop resource block; bytes that are no such block are taken to be bare IIM. */
export function iptcFromPhotoshop(bytes: Uint8Array): Uint8Array | undefined {
  const resources = photoshopHeader.every((byte, index) => bytes[index] === byte)
    ? bytes.subarray(photoshopHeader.length)
    : bytes;
  const view = new DataView(resources.buffer, resources.byteOffset, resources.byteLength);
  if (!isResource(view, 0)) return bytes[0] === 0x1c ? bytes : undefined;
  for (let at = 0; isResource(view, at);) {
    const nameLength = view.getUint8(at + 6);
    const sizeAt = at + 6 + nameLength + 1 + ((nameLength + 1) % 2);
    if (sizeAt + 4 > resources.length) return undefined;
    const size = view.getUint32(sizeAt);
    const dataAt = sizeAt + 4;
    if (view.getUint16(at + 4) === iptcResource) return resources.subarray(dataAt, dataAt + size);
    at = dataAt + size + (size % 2);
  }
  return undefined;
}

/** The payload of an APP13 segment that holds nothing but IPTC. */
export function iptcToPhotoshop(iptc: Uint8Array): Uint8Array {
  const resource = new Uint8Array(12 + iptc.length + (iptc.length % 2));
  const view = new DataView(resource.buffer);
  resource.set(new TextEncoder().encode('8BIM'));
  view.setUint16(4, iptcResource);
  view.setUint32(8, iptc.length);
  resource.set(iptc, 12);
  return Buffer.concat([photoshopHeader, resource]);
}

/** `record:dataset` of what tells whose the picture is and when it was made, and what is needed to read that. */
const essential = new Set([
  '1:90', // coded character set
  '2:0', // record version
  '2:55', // date created
  '2:60', // time created
  '2:62', // digital creation date
  '2:63', // digital creation time
  '2:80', // by-line
  '2:85', // by-line title
  '2:110', // credit
  '2:115', // source
  '2:116', // copyright notice
]);
const framing = new Set(['1:90', '2:0']);

/** Only authorship, copyright and dates; `undefined` when there are none. Damaged records end the reading. */
export function essentialIptc(iptc: Uint8Array): Uint8Array | undefined {
  const kept: Uint8Array[] = [];
  let speaks = false;
  for (const dataset of datasets(iptc)) {
    if (!essential.has(dataset.id)) continue;
    kept.push(dataset.bytes);
    speaks ||= !framing.has(dataset.id);
  }
  return speaks ? Buffer.concat(kept) : undefined;
}

function* datasets(iptc: Uint8Array): Generator<{ readonly id: string; readonly bytes: Uint8Array }> {
  const view = new DataView(iptc.buffer, iptc.byteOffset, iptc.byteLength);
  for (let at = 0; at + 5 <= iptc.length && view.getUint8(at) === 0x1c;) {
    const length = view.getUint16(at + 3);
    // Extended datasets (beyond 32,767 bytes) hold previews; none of the essential ones can be that long.
    if (length > 0x7fff || at + 5 + length > iptc.length) return;
    const id = `${String(view.getUint8(at + 1))}:${String(view.getUint8(at + 2))}`;
    yield { id, bytes: iptc.subarray(at, at + 5 + length) };
    at += 5 + length;
  }
}

function isResource(view: DataView, at: number): boolean {
  return at + 12 <= view.byteLength && view.getUint32(at) === 0x3842494d; // 8BIM
}
