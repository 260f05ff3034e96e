/** Markers of a frame header, C0 to CF, but for those that begin tables (ITU T.81, table B.1). */
const tables = [0xc4, 0xc8, 0xcc];
const firstFrame = 0xc0;
const lastFrame = 0xcf;
/** Begin the pixels, and end the picture: no frame header comes after them. */
const scan = 0xda;
const end = 0xd9;

/**
 * The size in the frame header of a JPEG, pixels; undefined when it lies behind these bytes or the header is damaged.
 * Goes from segment to segment, so that it takes no time whatever the bytes are.
 */
export function jpegSize(bytes: Uint8Array): { readonly width: number; readonly height: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 9 <= view.byteLength;) {
    const marker = view.getUint8(at + 1);
    if (view.getUint8(at) !== 0xff || marker === scan || marker === end) return undefined;
    // Any number of FF may stand before a marker.
    if (marker === 0xff) at += 1;
    else if (isAlone(marker)) at += 2;
    else if (marker >= firstFrame && marker <= lastFrame && !tables.includes(marker)) {
      const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
      return width > 0 && height > 0 ? { width, height } : undefined;
    } else at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

/** Markers without a length: TEM and the restarts. */
function isAlone(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}
