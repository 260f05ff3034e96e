import type Vips from 'wasm-vips';
import { colourName, modelOf, type Header } from './header.ts';
import type { Metadata } from './metadata/metadata.ts';
import { extractMetadata } from './metadata/extract.ts';
import type { Pixels } from './pixels.ts';
import { damaged } from './damage.ts';

let loading: Promise<typeof Vips> | undefined;

/** libvips with JPEG XL, in WebAssembly; loaded when the first JPEG XL comes by. One thread, like every worker. */
async function vips(): Promise<typeof Vips> {
  loading ??= import('wasm-vips').then(({ default: load }) => load({ dynamicLibraries: ['vips-jxl.wasm'] }));
  const loaded = await loading;
  loaded.concurrency(1);
  loaded.Cache.max(0);
  return loaded;
}

const fields = { exif: 'exif-data', xmp: 'xmp-data', icc: 'icc-profile-data' } as const;

/** @throws MillraceError `damaged-image` */
export async function probeJxl(bytes: Uint8Array, name: string): Promise<Header> {
  return withImage(bytes, name, (image) => {
    const metadata = metadataOf(image);
    const model = modelOf(image.interpretation);
    return {
      format: 'jxl',
      width: image.width,
      height: image.height,
      frames: 1,
      bitDepth: image.format === 'uchar' ? 8 : image.format === 'ushort' ? 16 : 32,
      transparency: image.hasAlpha(),
      model,
      colour: colourName(model, metadata.icc),
      orientation: 1,
      gainMap: false,
      delays: undefined,
      loop: undefined,
      metadata,
    };
  });
}

/** Decodes to 8 or 16 bits in the file's own colours. The decoder turns the picture upright itself. */
export async function decodeJxl(bytes: Uint8Array, header: Header, name: string): Promise<Pixels> {
  return withImage(bytes, name, (image) => {
    const deep = header.bitDepth > 8;
    const integer = image.format === 'float' ? image.multiply(65_535).cast('ushort') : image;
    const data = integer.writeToMemory();
    return {
      data:
        deep && data instanceof Uint8Array
          ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2)
          : (data as Uint8Array | Uint16Array),
      width: image.width,
      height: image.height,
      frames: 1,
      channels: image.bands as Pixels['channels'],
      bitDepth: deep ? 16 : 8,
      ...(header.metadata.icc === undefined ? {} : { icc: header.metadata.icc }),
    };
  });
}

export interface JxlSettings {
  readonly quality: number;
  readonly lossless: boolean;
  readonly effort: number;
}

export async function encodeJxl(
  pixels: Pixels,
  settings: JxlSettings,
  metadata: Metadata,
): Promise<Uint8Array> {
  const { Image, BandFormat } = await vips();
  const deep = pixels.bitDepth === 16;
  using raw = Image.newFromMemory(
    pixels.data,
    pixels.width,
    pixels.height,
    pixels.channels,
    deep ? BandFormat.ushort : BandFormat.uchar,
  );
  const grey = pixels.channels < 3;
  const interpretation = deep ? (grey ? 'grey16' : 'rgb16') : grey ? 'b-w' : 'srgb';
  using image = raw.copy({ interpretation });
  for (const [kind, field] of Object.entries(fields) as [keyof typeof fields, string][]) {
    const block = metadata[kind];
    if (block !== undefined) image.setBlob(field, block);
  }
  return image.jxlsaveBuffer({
    lossless: settings.lossless,
    effort: settings.effort,
    ...(settings.lossless ? {} : { Q: settings.quality }),
  });
}

async function withImage<T>(bytes: Uint8Array, name: string, use: (image: Vips.Image) => T): Promise<T> {
  const { Image } = await vips();
  try {
    using image = Image.newFromBuffer(bytes, '', { fail_on: 'truncated' });
    return use(image);
  } catch (error) {
    throw damaged(name, error);
  }
}

function metadataOf(image: Vips.Image): Metadata {
  const block = (kind: keyof typeof fields): Uint8Array | undefined =>
    image.getTypeof(fields[kind]) === 0 ? undefined : image.getBlob(fields[kind]).slice();
  return extractMetadata({ exif: block('exif'), xmp: block('xmp'), icc: block('icc') });
}
