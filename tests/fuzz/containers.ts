import { crc32 } from 'node:zlib';
import { sniffFormat } from '../../contract/sniff.ts';

/** How the files of a format are made of parts. */
export interface Container {
  /** Parts in order, the first being whatever must stand at the beginning; together they are the file. */
  split(bytes: Uint8Array): Uint8Array[];
  join(parts: readonly Uint8Array[]): Uint8Array;
  /** Makes a spoiled part look whole from outside: its length and checksum are right again. */
  seal(part: Uint8Array): Uint8Array;
  /** The part with another length written on it. */
  misstate(part: Uint8Array, length: number): Uint8Array;
}

/** The container of a file, undefined where parts cannot be told. */
export function containerOf(bytes: Uint8Array): Container | undefined {
  switch (sniffFormat(bytes)) {
    case 'png':
      return png;
    case 'jpeg':
      return jpeg;
    case 'webp':
      return riff;
    case 'avif':
    case 'heic':
      return boxes;
    case 'jxl':
      return bytes[0] === 0 ? boxes : undefined;
    case 'tiff':
      return tiff;
    case 'gif':
      return gif;
    case 'svg':
      return svg;
    case undefined:
      return undefined;
  }
}

const png: Container = {
  split: (bytes) => chain(bytes, 8, (view, at) => 12 + view.getUint32(at)),
  join,
  seal: (part) =>
    part.length < 12
      ? part
      : changed(part, (view) => {
          view.setUint32(0, part.length - 12);
          view.setUint32(part.length - 4, crc32(part.subarray(4, part.length - 4)));
        }),
  misstate: (part, length) => changed(part, (view) => (part.length < 4 ? 0 : view.setUint32(0, length))),
};

/** Segments up to the first scan; that and all behind it are one part. */
const jpeg: Container = {
  split: (bytes) =>
    chain(bytes, 2, (view, at) => (view.getUint8(at + 1) === 0xda ? Infinity : 2 + view.getUint16(at + 2))),
  join,
  seal: (part) =>
    part.length < 4 || part[1] === 0xda
      ? part
      : changed(part, (view) => view.setUint16(2, Math.min(part.length - 2, 0xffff))),
  misstate: (part, length) =>
    changed(part, (view) => (part.length < 4 ? 0 : view.setUint16(2, length & 0xffff))),
};

const riff: Container = {
  split: (bytes) =>
    chain(bytes, 12, (view, at) => {
      const length = view.getUint32(at + 4, true);
      return 8 + length + (length % 2);
    }),
  join: (parts) => {
    const whole = join(parts);
    return whole.length < 8 ? whole : changed(whole, (view) => view.setUint32(4, whole.length - 8, true));
  },
  seal: (part) =>
    part.length < 8 || Buffer.from(part.subarray(0, 4)).toString('latin1') === 'RIFF'
      ? part
      : changed(part, (view) => view.setUint32(4, part.length - 8, true)),
  misstate: (part, length) =>
    changed(part, (view) => (part.length < 8 ? 0 : view.setUint32(4, length, true))),
};

/** Boxes of ISO 14496-12; those inside `meta` and `iprp` are parts of their own, behind a head that is one too. */
const boxes: Container = {
  split: (bytes) => chain(bytes, 0, boxLength),
  join,
  seal: (part) => (part.length < 8 ? part : changed(part, (view) => view.setUint32(0, part.length))),
  misstate: (part, length) => changed(part, (view) => (part.length < 4 ? 0 : view.setUint32(0, length))),
};

const openBoxes: Readonly<Record<string, number>> = { meta: 12, iprp: 8, ipco: 8 };

function boxLength(view: DataView, at: number): number {
  const type = String.fromCharCode(...[4, 5, 6, 7].map((index) => view.getUint8(at + index)));
  return openBoxes[type] ?? (view.getUint32(at) || Infinity);
}

/** Twelve bytes each: the entries of its directories lie on no such grid, but near enough. */
const tiff: Container = {
  split: (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const little = bytes[0] === 0x49;
    const at = bytes.length < 8 ? bytes.length : Math.min(view.getUint32(4, little), bytes.length);
    const count = at + 2 > bytes.length ? 0 : view.getUint16(at, little);
    const parts = [bytes.slice(0, Math.min(bytes.length, at + 2))];
    for (let entry = 0; entry < count && at + 14 + 12 * entry <= bytes.length; entry += 1)
      parts.push(bytes.slice(at + 2 + 12 * entry, at + 14 + 12 * entry));
    parts.push(bytes.slice(parts.reduce((sum, part) => sum + part.length, 0)));
    return parts;
  },
  join,
  seal: (part) => part,
  // The count of values in an entry.
  misstate: (part, length) =>
    changed(part, (view) => (part.length === 12 ? view.setUint32(4, length, true) : 0)),
};

const gif: Container = {
  split: (bytes) => {
    const packed = bytes[10] ?? 0;
    const head = 13 + ((packed & 0x80) === 0 ? 0 : 3 * 2 ** ((packed & 7) + 1));
    return chain(bytes, head, (view, at) => {
      switch (view.getUint8(at)) {
        case 0x21:
          return endOfBlocks(view, at + 2) - at;
        case 0x2c: {
          const own = view.getUint8(at + 9);
          return endOfBlocks(view, at + 11 + ((own & 0x80) === 0 ? 0 : 3 * 2 ** ((own & 7) + 1))) - at;
        }
        default:
          return Infinity;
      }
    });
  },
  join,
  seal: (part) => part,
  // Width and height of a frame.
  misstate: (part, length) =>
    changed(part, (view) => (part.length < 9 ? 0 : view.setUint32(5, length, true))),
};

function endOfBlocks(view: DataView, from: number): number {
  let at = from;
  for (let length = view.getUint8(at); length > 0; length = view.getUint8(at)) at += 1 + length;
  return at + 1;
}

/** Tags and what stands between them. */
const svg: Container = {
  split: (bytes) =>
    Buffer.from(bytes)
      .toString('latin1')
      .split(/(?=<)/)
      .map((text) => new Uint8Array(Buffer.from(text, 'latin1'))),
  join,
  seal: (part) => part,
  misstate: (part, length) =>
    new Uint8Array(
      Buffer.from(Buffer.from(part).toString('latin1').replace(/\d+/, String(length)), 'latin1'),
    ),
};

/** Head, then parts of the length that each tells; what cannot be told is the last part. */
function chain(
  bytes: Uint8Array,
  head: number,
  lengthAt: (view: DataView, at: number) => number,
): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = head === 0 ? [] : [bytes.slice(0, head)];
  for (let at = head; at < bytes.length;) {
    const end = at + Math.max(1, measure(view, at, lengthAt));
    parts.push(bytes.slice(at, end));
    at = end;
  }
  return parts;
}

/** A part whose length lies behind the end reaches to the end. */
function measure(view: DataView, at: number, lengthAt: (view: DataView, at: number) => number): number {
  try {
    return lengthAt(view, at);
  } catch (error) {
    if (error instanceof RangeError) return Infinity;
    throw error;
  }
}

function changed(part: Uint8Array, change: (view: DataView) => unknown): Uint8Array {
  const copy = part.slice();
  change(new DataView(copy.buffer));
  return copy;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
