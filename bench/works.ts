/** A kind of work that Millrace and its peers do with the same settings. */
export interface Work {
  readonly name: string;
  readonly extension: string;
  /** Arguments of the command line. */
  readonly flags: readonly string[];
  /** The same for sharp: format and its options. */
  readonly sharp: readonly [
    format: 'webp' | 'jpeg' | 'avif',
    options: Readonly<Record<string, number | boolean | string>>,
  ];
}

/** Metadata is stripped everywhere, since that is what the peers do unless told otherwise. */
export const works: readonly Work[] = [
  {
    name: 'JPEG to WebP, quality 80',
    extension: 'webp',
    flags: ['--to', 'webp', '--quality', '80', '--metadata', 'strip'],
    sharp: ['webp', { quality: 80 }],
  },
  {
    name: 'JPEG to mozjpeg, quality 80',
    extension: 'jpg',
    flags: ['--to', 'jpeg', '--quality', '80', '--metadata', 'strip'],
    sharp: ['jpeg', { quality: 80, mozjpeg: true }],
  },
  {
    name: 'JPEG to AVIF, effort 0',
    extension: 'avif',
    flags: ['--to', 'avif', '--quality', '60', '--effort', 'fast', '--metadata', 'strip'],
    sharp: ['avif', { quality: 60, effort: 0, chromaSubsampling: '4:4:4' }],
  },
];
