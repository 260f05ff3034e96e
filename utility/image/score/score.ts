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

/** Rows that are handed to the measure at once: it works on four together. */
const rowsAtOnce = 32;
/** Rows that it is behind, as its blur looks ahead. */
const lag = 4;
/** The measure looks at neighbourhoods of 9 pixels; smaller pictures are continued at their edges. */
const smallest = 8;

/**
 * A background hides what a picture does behind its transparency, so three are tried and the worst counts. (The
 * reference's command line tries two greys, libjxl tools/ssimulacra2_main.cc.)
 */
const backgrounds = [0, 128, 255];
/** Stands for the background of opaque pictures. */
const none = -1;

/** @throws Error when a picture of another size is given to `score` */
export function createScorer(reference: ScorePicture): Scorer {
  const a = grown(reference);
  let maps: Maps | undefined = instantiateMaps();
  const isOpaque = hasNoTransparency(a);

  function measure(distorted: ScorePicture, background: number, map?: Float32Array): number {
    if (maps === undefined) throw new Error('This scorer has been disposed of.');
    const { width, height } = a;
    maps.prepare(width, height, rowsAtOnce);
    const table = absorption();
    new Float32Array(maps.memory.buffer, maps.pointerTable(), table.length).set(table);
    for (let top = 0; top < height; top += rowsAtOnce) {
      const bottom = Math.min(height, top + rowsAtOnce);
      load(maps, maps.pointerA(), a, top, bottom);
      load(maps, maps.pointerB(), distorted, top, bottom);
      maps.addRows(bottom - top, a.channels, distorted.channels, background, map === undefined ? 0 : 1);
      if (map === undefined) continue;
      const from = Math.max(0, top - lag);
      const until = bottom === height ? height : Math.max(0, bottom - lag);
      map.set(new Float32Array(maps.memory.buffer, maps.pointerMap(), (until - from) * width), from * width);
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
    return isOpaque && hasNoTransparency(b) ? [none] : backgrounds;
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

/** What red, green and blue light add to the opsin absorbances L, M and S; there is a bias besides. */
const absorbance = [
  [0.3, 0.23, 0.2434226892454782],
  [0.622, 0.692, 0.2047674442449682],
  [0.078, 0.078, 0.5518098665095535],
] as const;
const bias = 0.003793073255275449;

let absorptionTable: Float32Array | undefined;

/** The same for each value of red (with the bias), green and blue: vectors of L, M, S and nothing. */
function absorption(): Float32Array {
  absorptionTable ??= Float32Array.from({ length: 3 * 256 * 4 }, (_, index) => {
    const colour = index >> 10;
    const share = absorbance[colour]?.[index & 3];
    if (share === undefined) return 0;
    return share * linearLight(((index >> 2) & 255) / 255) + (colour === 0 ? bias : 0);
  });
  return absorptionTable;
}

/** sRGB (IEC 61966-2-1) to linear light. */
function linearLight(share: number): number {
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

function hasNoTransparency({ data, channels }: ScorePicture): boolean {
  if (channels !== 4) return true;
  for (let index = 3; index < data.length; index += 4) if (data[index] !== 255) return false;
  return true;
}

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
