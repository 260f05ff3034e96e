/** Enough for the first directory of any picture: twelve or twenty bytes for each of a few dozen fields. */
export const directoryLength = 16 * 1024;

interface Directory {
  /** Where it begins in the file, bytes. */
  readonly at: number;
  /** The size of the picture, pixels, from the bytes of the directory; undefined where it is damaged. */
  readonly sizeIn: (bytes: Uint8Array) => { readonly width: number; readonly height: number } | undefined;
  /** Bits per channel, likewise; undefined also where the directory says them somewhere else. */
  readonly bitDepthIn: (bytes: Uint8Array) => number | undefined;
}

const widthTag = 256;
const heightTag = 257;
const bitsPerSampleTag = 258;

/**
 * Where a TIFF says how large it is: most programs write that behind the pixels, at the end of the file. Classic TIFF
 * (TIFF 6.0, section 2) and BigTIFF in both byte orders.
 *
 * @param header the first 16 bytes of the file
 */
export function tiffDirectory(header: Uint8Array): Directory | undefined {
  if (header.byteLength < 16) return undefined;
  const view = viewOf(header);
  const little = view.getUint8(0) === 0x49;
  const isBig = view.getUint16(2, little) === 43;
  const at = isBig ? Number(view.getBigUint64(8, little)) : view.getUint32(4, little);
  if (!Number.isSafeInteger(at)) return undefined;
  return {
    at,
    sizeIn(bytes) {
      const fields = fieldsIn(viewOf(bytes), isBig, little);
      const [width, height] = [fields.get(widthTag)?.value ?? 0, fields.get(heightTag)?.value ?? 0];
      return width > 0 && height > 0 ? { width, height } : undefined;
    },
    bitDepthIn(bytes) {
      const view = viewOf(bytes);
      const bits = fieldsIn(view, isBig, little).get(bitsPerSampleTag);
      if (bits === undefined) return undefined;
      // Those of several channels may not fit into the field, which then says where they are.
      if (bits.count * 2 <= (isBig ? 8 : 4)) return bits.value;
      const elsewhere = view.getUint32(bits.valueAt, little) - at;
      return elsewhere >= 0 && elsewhere + 2 <= view.byteLength
        ? view.getUint16(elsewhere, little)
        : undefined;
    },
  };
}

interface Field {
  readonly count: number;
  /** Where the value is in the directory, and what it is if it is a number. */
  readonly valueAt: number;
  readonly value: number;
}

function fieldsIn(view: DataView, isBig: boolean, little: boolean): ReadonlyMap<number, Field> {
  const fields = new Map<number, Field>();
  const fieldsAt = isBig ? 8 : 2;
  const fieldLength = isBig ? 20 : 12;
  if (view.byteLength < fieldsAt) return fields;
  const length = isBig ? Number(view.getBigUint64(0, little)) : view.getUint16(0, little);
  for (let index = 0; index < length; index += 1) {
    const at = fieldsAt + index * fieldLength;
    if (at + fieldLength > view.byteLength) break;
    const count = isBig ? Number(view.getBigUint64(at + 4, little)) : view.getUint32(at + 4, little);
    const valueAt = at + fieldLength - (isBig ? 8 : 4);
    const value = valueOf(view, view.getUint16(at + 2, little), valueAt, little);
    fields.set(view.getUint16(at, little), { count, valueAt, value });
  }
  return fields;
}

/** Edges and depths are of the types SHORT or LONG; anything else is neither. */
function valueOf(view: DataView, type: number, at: number, little: boolean): number {
  if (type === 3) return view.getUint16(at, little);
  return type === 4 ? view.getUint32(at, little) : 0;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
