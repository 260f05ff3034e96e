import type { Metadata } from '../image/metadata/metadata.ts';

/** What libvips calls numbers of a depth and a model. */
export type Interpretation = 'b-w' | 'grey16' | 'srgb' | 'rgb16';

export interface EncodeOptions {
  readonly lossless: boolean;
  /** Butteraugli's, up to 25; absent when lossless. */
  readonly distance?: number;
  /** 1 to 9. */
  readonly effort: number;
}

/** One thing to do with JPEG XL, and what comes back of it. */
export interface JxlWork {
  readonly header: { readonly request: { readonly bytes: Uint8Array }; readonly reply: JxlHeader };
  readonly decode: {
    readonly request: {
      readonly bytes: Uint8Array;
      readonly interpretation: Interpretation;
      /** All frames, one below the other. */
      readonly moving: boolean;
    };
    /** The numbers in memory order, two bytes each when deep. */
    readonly reply: { readonly data: Uint8Array; readonly width: number; readonly rows: number };
  };
  readonly encode: {
    readonly request: {
      readonly data: Uint8Array | Uint16Array;
      readonly width: number;
      readonly height: number;
      readonly channels: number;
      readonly interpretation: Interpretation;
      readonly options: EncodeOptions;
      readonly metadata: Metadata;
    };
    readonly reply: { readonly bytes: Uint8Array };
  };
}

export type JxlKind = keyof JxlWork;
export type JxlRequest = { [K in JxlKind]: JxlWork[K]['request'] & { readonly kind: K } }[JxlKind];

/** `failed`: the library said no, in its own words. */
export type JxlReply =
  | { readonly ok: true; readonly value: JxlWork[JxlKind]['reply'] }
  | { readonly ok: false; readonly failed: string };

export interface JxlHeader {
  readonly width: number;
  /** Of one frame. */
  readonly height: number;
  readonly frames: number;
  readonly bitDepth: 8 | 16 | 32;
  readonly transparency: boolean;
  /** What libvips calls it. */
  readonly interpretation: string;
  readonly delays?: number[];
  readonly loop?: number;
  readonly exif?: Uint8Array;
  readonly xmp?: Uint8Array;
  readonly icc?: Uint8Array;
}
