/** Enough for the first directory of any picture: twelve or twenty bytes for each of a few dozen fields. */
export const directoryLength = 16 * 1024;

interface Directory {
  /** Where it begins in the file, bytes. */
  readonly at: number;
  /** The size of the picture, pixels, from the bytes of the directory; undefined where it is damaged. */
  readonly sizeIn: (bytes: Uint8Array) => { readonly width: number; readonly height: number } | undefined;
}

const widthTag = 256;
const heightTag = 257;

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
  return { at, sizeIn: (bytes) => sizeIn(viewOf(bytes), isBig, little) };
}

function sizeIn(view: DataView, isBig: boolean, little: boolean): ReturnType<Directory['sizeIn']> {
  const fieldsAt = isBig ? 8 : 2;
  const fieldLength = isBig ? 20 : 12;
  if (view.byteLength < fieldsAt) return undefined;
  const count = isBig ? Number(view.getBigUint64(0, little)) : view.getUint16(0, little);
  const edges = new Map<number, number>();
  for (let index = 0; index < count; index += 1) {
    const at = fieldsAt + index * fieldLength;
    if (at + fieldLength > view.byteLength) break;
    const valueAt = at + fieldLength - (isBig ? 8 : 4);
    edges.set(view.getUint16(at, little), valueOf(view, view.getUint16(at + 2, little), valueAt, little));
  }
  const width = edges.get(widthTag) ?? 0;
  const height = edges.get(heightTag) ?? 0;
  return width > 0 && height > 0 ? { width, height } : undefined;
}

/** Edges are of the types SHORT or LONG; anything else is no edge. */
function valueOf(view: DataView, type: number, at: number, little: boolean): number {
  if (type === 3) return view.getUint16(at, little);
  return type === 4 ? view.getUint32(at, little) : 0;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
