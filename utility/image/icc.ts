/**
 * The name in a profile's description tag, for people (`Display P3`, `sRGB IEC61966-2.1`); undefined where there is
 * none that can be read. ICC.1:2022, 7.2 to 7.3 and 10.15; `desc` of version 2 profiles: ICC.1:2001-04, 6.5.17.
 */
export function profileName(icc: Uint8Array): string | undefined {
  const view = new DataView(icc.buffer, icc.byteOffset, icc.byteLength);
  if (icc.byteLength < 132) return undefined;
  const tags = view.getUint32(128);
  for (let tag = 0; tag < Math.min(tags, 100); tag += 1) {
    const at = 132 + tag * 12;
    if (at + 12 > icc.byteLength) return undefined;
    if (text(icc, at, 4) !== 'desc') continue;
    const from = view.getUint32(at + 4);
    const length = view.getUint32(at + 8);
    if (from + length > icc.byteLength || length < 16) return undefined;
    return readDescription(icc.subarray(from, from + length));
  }
  return undefined;
}

/** The colour model of a profile: ICC.1:2022, 7.2.6. */
export function profileModel(icc: Uint8Array): string {
  return text(icc, 16, 4).trim();
}

/** Whether the profile means what numbers without a profile mean. */
export function isSrgb(icc: Uint8Array): boolean {
  const name = profileName(icc);
  return name !== undefined && /srgb|^c2$|IEC ?61966-2-?\.?1/i.test(name) && !/linear/i.test(name);
}

function readDescription(tag: Uint8Array): string | undefined {
  const view = new DataView(tag.buffer, tag.byteOffset, tag.byteLength);
  const type = text(tag, 0, 4);
  if (type === 'desc')
    return text(tag, 12, Math.min(view.getUint32(8), tag.byteLength - 12)).replace(/\0.*$/s, '');
  if (type !== 'mluc' || tag.byteLength < 28) return undefined;
  const length = view.getUint32(20);
  const from = view.getUint32(24);
  if (from + length > tag.byteLength) return undefined;
  return new TextDecoder('utf-16be').decode(tag.subarray(from, from + length)).replace(/\0.*$/s, '');
}

function text(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
