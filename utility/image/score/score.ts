import { instantiateMaps, type Maps } from './maps.ts';
import { scoreOf, scales, sumsPerChannel } from './formula.ts';

/** Pixels as a person sees them: 8 bits sRGB, interleaved; grey, colour, or colour with transparency. */
export interface ScorePicture {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
}

/** How far each pixel is from the reference, 0 and up, at the finest scale. */
export interface DifferenceMap {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** Judges pictures beside one reference. */
export interface Scorer {
  /** SSIMULACRA2: 100 is identical, 90 looks so, 70 is good, 30 is low; negative for what is hardly the same picture. */
  score(distorted: ScorePicture): number;
  differenceMap(distorted: ScorePicture): DifferenceMap;
  dispose(): void;
}

/** Rows that are taken at a time: little enough for the processor's cache. */
const bandRows = 32;
/** The measure looks at neighbourhoods of 9 pixels; smaller pictures are continued at their edges. */
const smallest = 8;

/**
 * A background hides what a picture does behind its transparency, so three are tried and the worst counts. (The
 * reference's command line tries two greys, libjxl tools/ssimulacra2_main.cc.)
 */
const backgrounds = [0, 128, 255];

/** @throws Error when a picture of another size is given to `score` */
export function createScorer(reference: ScorePicture): Scorer {
  const a = grown(reference);
  const isOpaqueReference = isOpaque(a);
  let maps: Maps | undefined = instantiateMaps();

  function measure(distorted: ScorePicture, background: number, map?: Float32Array): number {
    if (maps === undefined) throw new Error('This scorer has been disposed of.');
    const { width, height, channels } = a;
    const withMap = map === undefined ? 0 : 1;
    maps.prepare(width, height, bandRows, channels, distorted.channels, background, withMap);
    new Float32Array(maps.memory.buffer, maps.pointerTable(), 256).set(linearLight);
    for (let top = 0, mapped = 0; top < height; top += bandRows) {
      const bottom = Math.min(height, top + bandRows);
      load(maps, maps.pointerA(), a, top, bottom);
      load(maps, maps.pointerB(), distorted, top, bottom);
      const rows = maps.take(bottom - top);
      if (map !== undefined) unpad(maps, rows, width, map.subarray(mapped * width));
      mapped += rows;
    }
    return scoreOf(new Float64Array(maps.memory.buffer, maps.pointerSums(), sumCount), width, height);
  }

  function paired(distorted: ScorePicture): ScorePicture {
    if (distorted.width !== reference.width || distorted.height !== reference.height) {
      throw new Error(
        `Pictures of ${String(reference.width)}x${String(reference.height)} and ${String(distorted.width)}x${String(distorted.height)} pixels cannot be compared.`,
      );
    }
    return grown(distorted);
  }

  function backgroundsFor(b: ScorePicture): readonly number[] {
    return isOpaqueReference && isOpaque(b) ? [128] : backgrounds;
  }

  return {
    score(distorted) {
      const b = paired(distorted);
      return Math.min(...backgroundsFor(b).map((background) => measure(b, background)));
    },
    differenceMap(distorted) {
      const b = paired(distorted);
      const data = new Float32Array(a.width * a.height);
      measure(b, 128, data);
      return { data, width: a.width, height: a.height };
    },
    dispose() {
      maps = undefined;
    },
  };
}

const sumCount = scales * 3 * sumsPerChannel;

/** Rows of the map are whole vectors. */
function unpad(maps: Maps, rows: number, width: number, to: Float32Array): void {
  const stride = Math.ceil(width / 4) * 4;
  const values = new Float32Array(maps.memory.buffer, maps.pointerMap(), rows * stride);
  for (let y = 0; y < rows; y += 1) to.set(values.subarray(y * stride, y * stride + width), y * width);
}

function isOpaque({ data, channels }: ScorePicture): boolean {
  if (channels !== 4) return true;
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return false;
  return true;
}

function load(
  maps: Maps,
  pointer: number,
  { data, width, channels }: ScorePicture,
  from: number,
  until: number,
): void {
  const bytes = data.subarray(from * width * channels, until * width * channels);
  new Uint8Array(maps.memory.buffer, pointer, bytes.byteLength).set(bytes);
}

/** sRGB (IEC 61966-2-1) to linear light. */
const linearLight = Float32Array.from({ length: 256 }, (_, value) => {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
});

/** At least eight pixels wide and high: the last column and row are repeated. */
function grown(picture: ScorePicture): ScorePicture {
  const { data, width, height, channels } = picture;
  if (width >= smallest && height >= smallest) return picture;
  const wide = Math.max(width, smallest);
  const high = Math.max(height, smallest);
  const bytes = new Uint8Array(wide * high * channels);
  for (let y = 0; y < high; y += 1) {
    for (let x = 0; x < wide; x += 1) {
      const from = (Math.min(y, height - 1) * width + Math.min(x, width - 1)) * channels;
      bytes.set(data.subarray(from, from + channels), (y * wide + x) * channels);
    }
  }
  return { data: bytes, width: wide, height: high, channels };
}
