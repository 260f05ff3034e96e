/** Formats Millrace reads. `heic` stands for HEIC and HEIF photographs (HEVC inside); AVIF is its own. */
export const inputFormats = ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff', 'svg', 'heic', 'jxl'] as const;
export type InputFormat = (typeof inputFormats)[number];

/** Formats Millrace writes. */
export const outputFormats = ['jpeg', 'png', 'webp', 'avif', 'jxl', 'gif', 'tiff'] as const;
export type OutputFormat = (typeof outputFormats)[number];

interface FormatTraits {
  /** As a person writes it. */
  readonly label: string;
  /** The first is the one we give to outputs, without the dot. */
  readonly extensions: readonly [string, ...string[]];
  readonly transparency: boolean;
  /** Frames that move, as Millrace can write them. */
  readonly animation: boolean;
  readonly lossless: boolean;
  /** Keeps more than 8 bits a channel, as Millrace writes it. */
  readonly deep: boolean;
  /** Has a quality setting. */
  readonly lossy: boolean;
  /** Largest width or height in pixels that the format can hold. */
  readonly maxEdge: number;
}

/** Largest edges: ITU T.81 (JPEG), RFC 9649 (WebP), GIF89a, PNG and TIFF 32-bit as libvips takes them, libaom's 65536. */
export const formatTraits: Readonly<Record<OutputFormat, FormatTraits>> = {
  jpeg: {
    label: 'JPEG',
    extensions: ['jpg', 'jpeg', 'jpe', 'jfif'],
    transparency: false,
    animation: false,
    lossless: false,
    deep: false,
    lossy: true,
    maxEdge: 65_535,
  },
  png: {
    label: 'PNG',
    extensions: ['png', 'apng'],
    transparency: true,
    animation: false,
    lossless: true,
    deep: true,
    lossy: false,
    maxEdge: 10_000_000,
  },
  webp: {
    label: 'WebP',
    extensions: ['webp'],
    transparency: true,
    animation: true,
    lossless: true,
    deep: false,
    lossy: true,
    maxEdge: 16_383,
  },
  avif: {
    label: 'AVIF',
    extensions: ['avif'],
    transparency: true,
    animation: false,
    lossless: false,
    deep: false,
    lossy: true,
    maxEdge: 16_384,
  },
  jxl: {
    label: 'JPEG XL',
    extensions: ['jxl'],
    transparency: true,
    animation: false,
    lossless: true,
    deep: true,
    lossy: true,
    maxEdge: 10_000_000,
  },
  gif: {
    label: 'GIF',
    extensions: ['gif'],
    transparency: true,
    animation: true,
    lossless: false,
    deep: false,
    lossy: false,
    maxEdge: 65_535,
  },
  tiff: {
    label: 'TIFF',
    extensions: ['tif', 'tiff'],
    transparency: true,
    animation: false,
    lossless: true,
    deep: true,
    lossy: false,
    maxEdge: 10_000_000,
  },
};

export function formatLabel(format: InputFormat): string {
  if (format === 'svg') return 'SVG';
  if (format === 'heic') return 'HEIC';
  return formatTraits[format].label;
}

/** Extensions that promise an image. A file that has one and is no image is an error worth telling, not a stranger. */
export const imageExtensions: ReadonlySet<string> = new Set([
  ...Object.values(formatTraits).flatMap((traits) => traits.extensions),
  'svg',
  'heic',
  'heif',
  'hif',
]);

/** The format an output gets: what the recipe names, or the source's own (SVG and HEIC have no encoder here). */
export function resolveOutputFormat(to: OutputFormat | 'keep', source: InputFormat): OutputFormat {
  if (to !== 'keep') return to;
  if (source === 'heic') return 'jpeg';
  if (source === 'svg') return 'png';
  return source;
}

/** Every format that the output of a source may get: one, unless the worker is to find the best. */
export function possibleOutputFormats(
  { to, bestOf }: { readonly to: OutputFormat | 'keep' | 'best'; readonly bestOf: readonly OutputFormat[] },
  source: InputFormat,
): readonly OutputFormat[] {
  return to === 'best' ? [...new Set(bestOf)] : [resolveOutputFormat(to, source)];
}
