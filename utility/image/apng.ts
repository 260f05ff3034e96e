import { MillraceError } from '../../contract/errors.ts';
import type { Codecs } from '../codecs.ts';
import { pngSignature, readPngChunks, writePngChunk } from './png-chunks.ts';

/** A moving picture, decoded and composed: every frame is the whole canvas as a person sees it. */
export interface Apng {
  /** Pixels of one frame. */
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  /** How long each frame stands, milliseconds. */
  readonly delays: number[];
  /** How often it plays; 0 is forever. */
  readonly loop: number;
  /** RGBA, 8 bits, not premultiplied, one frame below the other. The numbers are those of the file's own profile. */
  readonly data: Uint8Array;
}

/**
 * Decodes an animated PNG (W3C PNG third edition, 11.3.6 and 13). Every frame is handed to the PNG decoder as a
 * picture of its own, so palettes, 16 bits, interlacing and transparent colours are its business; the frames are
 * put together here. `undefined` when the PNG does not move: no animation in it, or a single frame.
 *
 * @param pixelLimit pixels of all frames together; more are refused before anything is inflated
 * @throws MillraceError `too-many-pixels`; `damaged-image` when frames are missing, out of order or do not fit
 */
export async function readApng(
  bytes: Uint8Array,
  pixelLimit: number,
  codecs: Codecs,
): Promise<Apng | undefined> {
  const animation = readAnimation(bytes);
  if (animation === undefined || animation.declared < 2) return undefined;
  const { width, height, declared, frames } = animation;
  if (width * height * declared > pixelLimit) {
    throw new MillraceError(
      'too-many-pixels',
      `The animation has ${String(declared)} frames of ${String(width)}x${String(height)}, more than the limit of ` +
        `${String(pixelLimit)} pixels. Raise the pixel limit if you trust the file.`,
    );
  }
  if (frames.length !== declared || frames.some(({ parts }) => parts.length === 0))
    throw damaged(`it should have ${String(declared)} frames and has ${String(frames.length)}`);

  const canvas = new Uint8Array(width * height * 4);
  const data = new Uint8Array(canvas.length * frames.length);
  for (const [index, frame] of frames.entries()) {
    const pixels = await decodeFrame(animation, frame, codecs);
    const before = frame.dispose === 'previous' ? canvas.slice() : undefined;
    paint(canvas, width, frame, pixels);
    data.set(canvas, index * canvas.length);
    if (before !== undefined) canvas.set(before);
    else if (frame.dispose === 'background') clear(canvas, width, frame);
  }
  return {
    width,
    height,
    frames: frames.length,
    delays: frames.map(({ delay }) => delay),
    loop: animation.loop,
    data,
  };
}

interface Animation {
  readonly width: number;
  readonly height: number;
  /** Frames that the file says it has. */
  readonly declared: number;
  readonly loop: number;
  /** Bit depth, colour type and the rest of IHDR behind the dimensions. */
  readonly kind: Uint8Array;
  /** PLTE and tRNS, which all frames share. */
  readonly shared: Uint8Array[];
  readonly frames: Frame[];
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly delay: number;
  readonly dispose: 'none' | 'background' | 'previous';
  readonly blend: 'source' | 'over';
  /** IDAT chunks. */
  readonly parts: Uint8Array[];
}

/** Sorts the chunks; `undefined` when no acTL comes before the picture. */
function readAnimation(bytes: Uint8Array): Animation | undefined {
  let header: DataView | undefined;
  let control: DataView | undefined;
  const shared: Uint8Array[] = [];
  const frames: Frame[] = [];
  let sequence = 0;
  for (const { type, data, whole } of readPngChunks(bytes)) {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    if (type === 'IHDR' && data.length === 13) header = view;
    else if (type === 'acTL' && data.length === 8) control = view;
    else if (type === 'PLTE' || type === 'tRNS') shared.push(whole);
    else if (type === 'IDAT') {
      // Before any fcTL it is a still for programs that know no animation, and no part of it.
      if (control === undefined) return undefined;
      frames.at(-1)?.parts.push(whole);
    } else if ((type === 'fcTL' && data.length === 26) || (type === 'fdAT' && data.length >= 4)) {
      if (view.getUint32(0) !== sequence) throw damaged('its frames are out of order');
      sequence += 1;
      if (type === 'fcTL') frames.push(readFrame(view));
      else frames.at(-1)?.parts.push(writePngChunk('IDAT', data.subarray(4)));
    }
  }
  if (header === undefined || control === undefined) return undefined;
  const width = header.getUint32(0);
  const height = header.getUint32(4);
  const overhang = frames.some(
    (frame) =>
      frame.width === 0 ||
      frame.height === 0 ||
      frame.left + frame.width > width ||
      frame.top + frame.height > height,
  );
  if (overhang) throw damaged('a frame does not lie within the picture');
  const kind = new Uint8Array(header.buffer, header.byteOffset + 8, 5);
  return { width, height, declared: control.getUint32(0), loop: control.getUint32(4), kind, shared, frames };
}

function readFrame(view: DataView): Frame {
  // A denominator of 0 stands for 100.
  const delay = (view.getUint16(20) * 1000) / (view.getUint16(22) || 100);
  const dispose = (['none', 'background', 'previous'] as const)[view.getUint8(24)];
  const blend = (['source', 'over'] as const)[view.getUint8(25)];
  if (dispose === undefined || blend === undefined)
    throw damaged('a frame is put in place in an unknown way');
  return {
    width: view.getUint32(4),
    height: view.getUint32(8),
    left: view.getUint32(12),
    top: view.getUint32(16),
    delay: Math.round(delay),
    dispose,
    blend,
    parts: [],
  };
}

/** The frame alone, RGBA 8 bits. Chunks that speak of colour are left out, so that the numbers stay what they are. */
async function decodeFrame(
  { kind, shared }: Animation,
  frame: Frame,
  { sharp }: Codecs,
): Promise<Uint8Array> {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, frame.width);
  view.setUint32(4, frame.height);
  header.set(kind, 8);
  const still = Buffer.concat([
    pngSignature,
    writePngChunk('IHDR', header),
    ...shared,
    ...frame.parts,
    writePngChunk('IEND', new Uint8Array(0)),
  ]);
  try {
    return await sharp(still, { limitInputPixels: false, failOn: 'warning' })
      .toColourspace('srgb')
      .ensureAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer();
  } catch (error) {
    throw damaged('a frame cannot be decoded', error);
  }
}

/** Puts a frame onto the canvas: in place of what is there, or over it (13, *Alpha compositing of frames*). */
function paint(canvas: Uint8Array, width: number, frame: Frame, pixels: Uint8Array): void {
  for (let row = 0; row < frame.height; row++) {
    const to = ((frame.top + row) * width + frame.left) * 4;
    const line = pixels.subarray(row * frame.width * 4, (row + 1) * frame.width * 4);
    if (frame.blend === 'source') canvas.set(line, to);
    else paintOver(canvas, to, line);
  }
}

function paintOver(canvas: Uint8Array, to: number, line: Uint8Array): void {
  for (let at = 0; at < line.length; at += 4) {
    const alpha = line[at + 3] ?? 0;
    const below = canvas[to + at + 3] ?? 0;
    if (alpha === 0) continue;
    if (alpha === 255 || below === 0) {
      canvas.set(line.subarray(at, at + 4), to + at);
      continue;
    }
    const own = alpha * 255;
    const rest = (255 - alpha) * below;
    for (let channel = 0; channel < 3; channel++) {
      const upper = line[at + channel] ?? 0;
      const lower = canvas[to + at + channel] ?? 0;
      canvas[to + at + channel] = Math.round((upper * own + lower * rest) / (own + rest));
    }
    canvas[to + at + 3] = Math.round((own + rest) / 255);
  }
}

function clear(canvas: Uint8Array, width: number, frame: Frame): void {
  for (let row = 0; row < frame.height; row++) {
    const from = ((frame.top + row) * width + frame.left) * 4;
    canvas.fill(0, from, from + frame.width * 4);
  }
}

function damaged(how: string, cause?: unknown): MillraceError {
  return new MillraceError(
    'damaged-image',
    `The animated PNG is damaged: ${how}. Take another copy of the file if there is one.`,
    { cause, detail: cause instanceof Error ? cause.message : undefined },
  );
}
