import { MillraceError } from '../../contract/errors.ts';
import { outputFormats, type OutputFormat } from '../../contract/formats.ts';
import { heatColour } from '../../contract/heat.ts';
import { parseRecipe, type Recipe } from '../../contract/recipe.ts';
import type { Codecs } from '../codecs.ts';
import { decode, type DecodePlan } from './decode.ts';
import { moves, type Header } from './header.ts';
import type { Pixels } from './pixels.ts';
import { suit } from './prepare.ts';
import type { Preview } from './preview.ts';
import { probe } from './probe.ts';
import { asShown } from './quality-search/read-back.ts';
import { createScorer, type DifferenceMap, type ScorePicture } from './score/score.ts';
import { addTones } from './tone-distance.ts';
import { transform } from './transform.ts';

export interface DifferenceRequest {
  readonly name: string;
  /** The result. */
  readonly bytes: Uint8Array;
  readonly original: {
    readonly bytes: Uint8Array;
    /** That made the result of it. */
    readonly recipe: Recipe;
  };
}

/** A picture of a map, with what is to be said beside it. */
export interface Difference extends Preview {
  readonly note?: string;
}

/** Above this many pixels the map and both pictures do not fit beside a worker's jobs. */
const maxPixels = 100_000_000;

/**
 * Where a result differs from its original, to be laid over it: transparent where nothing does. The original gets the
 * result's size, direction and background first, as it did before it was encoded.
 *
 * @throws MillraceError that says why there is no map
 */
export async function makeDifference(
  { name, bytes, original }: DifferenceRequest,
  codecs: Codecs,
): Promise<Difference> {
  const written = await probe(bytes, name, codecs);
  const header = await probe(original.bytes, name, codecs);
  const { width, height } = written;
  check(name, header, written);
  const wanted = await originalPixels(original, header, name, formatOf(written), codecs);
  if (wanted.width !== width || wanted.height !== height) {
    throw none(
      `The original of ${name} has another shape by now, so there is no place for place to compare.`,
    );
  }
  const plan = { recipe: parseRecipe({}), animated: false, deep: false };
  const result = await asShown(await decode(bytes, written, name, plan, codecs), codecs);
  const map = measure(wanted, result);
  const drawn = drawMap(map, { width, height });
  const png = await codecs
    .sharp(drawn.data, {
      raw: { width: drawn.width, height: drawn.height, channels: 4 },
      limitInputPixels: false,
    })
    .png({ compressionLevel: 1 })
    .toBuffer();
  const note = drawn.hottest === 0 ? { note: noteOn(wanted, result) } : {};
  return { bytes: png, mime: 'image/png', width, height, ...note };
}

/** Of two between which nothing can be seen. */
function noteOn(original: Pixels, result: Pixels): string {
  return areEqual(original, result)
    ? 'Every pixel is the same.'
    : 'The two differ by less than anyone could see.';
}

/** Of one size. A channel that only one of them has is grey's colour, or opaque. */
function areEqual(a: Pixels, b: Pixels): boolean {
  const sample = ({ data, channels }: Pixels, pixel: number, channel: number): number => {
    if (channel === 3) return channels === 4 ? (data[4 * pixel + 3] ?? 0) : 255;
    return data[channels * pixel + (channels === 1 ? 0 : channel)] ?? 0;
  };
  for (let pixel = 0; pixel < a.width * a.height; pixel += 1) {
    for (let channel = 0; channel < 4; channel += 1) {
      if (sample(a, pixel, channel) !== sample(b, pixel, channel)) return false;
    }
  }
  return true;
}

function check(name: string, header: Header, written: Header): void {
  if (moves(written)) {
    throw none(`${name} moves, and moving pictures are not compared frame by frame.`);
  }
  if (Math.max(header.width * header.height, written.width * written.height) > maxPixels) {
    throw new MillraceError(
      'too-many-pixels',
      `${name} has more than ${String(maxPixels / 1e6)} megapixels; that is too large to be compared place for place.`,
    );
  }
}

function none(message: string): MillraceError {
  return new MillraceError('no-such-thing', message);
}

function formatOf({ format }: Header): OutputFormat {
  const found = outputFormats.find((each) => each === format);
  if (found === undefined) throw none('The result is no file that Millrace makes.');
  return found;
}

/** As they were before the encoder had them. */
async function originalPixels(
  { bytes, recipe }: DifferenceRequest['original'],
  header: Header,
  name: string,
  to: OutputFormat,
  codecs: Codecs,
): Promise<Pixels> {
  const plan: DecodePlan = { recipe, animated: false, deep: false };
  const decoded = await decode(bytes, header, name, plan, codecs);
  return asShown(await suit(await transform(decoded, header, recipe, codecs), to, plan, codecs), codecs);
}

function measure(original: Pixels, result: Pixels): DifferenceMap {
  const scorer = createScorer(scorePicture(original));
  try {
    const map = scorer.differenceMap(scorePicture(result));
    addTones(map.data, map.width, original, result);
    return map;
  } finally {
    scorer.dispose();
  }
}

function scorePicture({ data, width, height, channels }: Pixels): ScorePicture {
  if (data instanceof Uint16Array) throw new TypeError('the measure takes 8 bits');
  return { data, width, height, channels };
}

/** Distances that are as hot as it gets: the worst places of a JPEG at quality 20. */
const hottestDistance = 0.4;
/** Results that look alike differ by little, and it is about where they do: small distances get more of the ramp. */
const bend = 0.75;
/** Smaller ones are numbers, nothing anyone could see: a JPEG at quality 98 has four times as much in most places. */
const leastDistance = 0.0005;

/** @param distance of the measure, 0 and up */
export function heatOf(distance: number): number {
  return distance < leastDistance ? 0 : Math.min(1, (distance / hottestDistance) ** bend);
}

/** Pixels of the drawn map at most; the map is smooth over some, and a page has two pictures beside it. */
const maxDrawnPixels = 12_000_000;
const shades = 255;

export interface DrawnMap {
  /** Red, green, blue and alpha. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** From 0 to 1; 0 where nothing differs. */
  readonly hottest: number;
}

/**
 * Each place in its colour. Of places that share a pixel of a coarser drawing the hottest counts, so that none is lost.
 *
 * @param size of the picture; a map of a tiny one is larger
 */
export function drawMap(
  map: DifferenceMap,
  size: { readonly width: number; readonly height: number },
  maxDrawn = maxDrawnPixels,
): DrawnMap {
  const step = Math.max(1, Math.ceil(Math.sqrt((size.width * size.height) / maxDrawn)));
  const width = Math.ceil(size.width / step);
  const height = Math.ceil(size.height / step);
  const distances = new Float32Array(width * height);
  for (let y = 0; y < size.height; y += 1) {
    const from = y * map.width;
    const to = Math.floor(y / step) * width;
    for (let x = 0; x < size.width; x += 1) {
      const at = to + Math.floor(x / step);
      const distance = map.data[from + x] ?? 0;
      if (distance > (distances[at] ?? 0)) distances[at] = distance;
    }
  }
  const data = new Uint8Array(4 * distances.length);
  const palette = createPalette();
  let hottest = 0;
  for (const [index, distance] of distances.entries()) {
    const heat = heatOf(distance);
    if (heat === 0) continue;
    hottest = Math.max(hottest, heat);
    data.set(palette[Math.round(heat * shades)] ?? [], 4 * index);
  }
  return { data, width, height, hottest };
}

/** Red, green, blue and opacity of each shade, from no heat to the most. */
function createPalette(): (readonly [number, number, number, number])[] {
  return Array.from({ length: shades + 1 }, (_, shade) => {
    const { red, green, blue, alpha } = heatColour(shade / shades);
    return [red, green, blue, Math.round(alpha * 255)];
  });
}
