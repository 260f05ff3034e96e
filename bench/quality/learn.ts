// Encodes the corpus at a ladder of qualities and prints what utility/image/quality-search/learnt.ts holds: how scores
// and bytes depend on the quality, for easy and for hard pictures.
// Usage: node bench/quality/learn.ts <ladders.jsonl>; pictures that are in the file already are not encoded again.
import { appendFile, readFile } from 'node:fs/promises';
import { parseRecipe } from '../../contract/recipe.ts';
import { loadCodecs } from '../../utility/codecs.ts';
import { settingsFor, tablesMeet } from '../../utility/image/encode-settings.ts';
import { encode } from '../../utility/image/encode.ts';
import { createScoredEncoder } from '../../utility/image/quality-search/scored-encoder.ts';
import { listPictures, readPicture } from './pictures.ts';

const ladders = [
  { to: 'jpeg', fineColour: false, qualities: [10, 25, 40, 55, 65, 73, 80, 85, 89, 92, 95, 97, 100] },
  { to: 'jpeg', fineColour: true, qualities: [10, 25, 40, 55, 65, 73, 80, 85, 89, 92, 95, 97, 100] },
  { to: 'webp', fineColour: false, qualities: [5, 20, 40, 60, 72, 80, 85, 89, 92, 95, 98, 100] },
  { to: 'webp', fineColour: true, qualities: [5, 20, 40, 60, 72, 80, 85, 89, 92, 95, 98, 100] },
  { to: 'avif', fineColour: false, qualities: [10, 25, 38, 48, 56, 64, 71, 78, 84, 89, 94, 98] },
  { to: 'jxl', fineColour: false, qualities: [10, 30, 50, 62, 72, 79, 85, 89, 92, 95, 98, 100] },
] as const;

interface Rung {
  readonly picture: string;
  readonly to: string;
  readonly fineColour: boolean;
  readonly quality: number;
  readonly bitsPerPixel: number;
  readonly score: number;
}

const [, , file = 'ladders.jsonl'] = process.argv;
const pixelsOfPicture = 400_000;
const recipe = parseRecipe({});
const codecs = await loadCodecs('native');

const known = await readRungs();
const names = new Set(known.map(({ picture }) => picture));
for (const each of await listPictures()) {
  const picture = await readPicture(each, pixelsOfPicture);
  if (names.has(picture.name)) continue;
  const rungs = await measure(picture);
  known.push(...rungs);
  await appendFile(file, rungs.map((rung) => `${JSON.stringify(rung)}\n`).join(''));
  process.stderr.write(`${picture.name}\n`);
}
for (const { to, fineColour, qualities } of ladders) {
  const rungs = known.filter((rung) => rung.to === to && rung.fineColour === fineColour);
  const at = (quality: number) => rungs.filter((rung) => rung.quality === quality);
  const scores = [5, 25, 50, 75, 95].map((percent) =>
    qualities.map((quality) =>
      round(
        percentile(
          at(quality).map(({ score }) => score),
          percent,
        ),
        1,
      ),
    ),
  );
  const logBits = qualities.map((quality) =>
    round(
      percentile(
        at(quality).map(({ bitsPerPixel }) => Math.log(bitsPerPixel)),
        50,
      ),
      2,
    ),
  );
  process.stdout.write(`${JSON.stringify({ to, fineColour, qualities, scores, logBits })}\n`);
}
process.exit(0);

/** Whether a low score or a high one is what a quality is for: JPEG has other tables for each. */
function typicalScore(quality: number): number {
  return quality <= 85 ? tablesMeet - 1 : tablesMeet;
}

async function measure(picture: Awaited<ReturnType<typeof readPicture>>): Promise<Rung[]> {
  const pixels = { ...picture, frames: 1, bitDepth: 8 } as const;
  const area = picture.width * picture.height;
  const rungs: Rung[] = [];
  for (const { to, fineColour, qualities } of ladders) {
    if (to === 'jpeg' && picture.channels === 4) continue;
    using encoder = await createScoredEncoder(
      pixels,
      to,
      (setting) =>
        encode(pixels, to, settingsFor(to, recipe, { ...setting, pixels: area }), {}, picture.name, codecs),
      codecs,
    );
    for (const quality of qualities) {
      const { bytes, score } = await encoder.attempt({
        quality,
        fineColour,
        forScore: typicalScore(quality),
      });
      rungs.push({ picture: picture.name, to, fineColour, quality, bitsPerPixel: (8 * bytes) / area, score });
    }
  }
  return rungs;
}

async function readRungs(): Promise<Rung[]> {
  try {
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    return lines.map((line) => JSON.parse(line) as Rung);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = ((sorted.length - 1) * percent) / 100;
  const low = sorted[Math.floor(at)] ?? NaN;
  const high = sorted[Math.ceil(at)] ?? NaN;
  return low + (high - low) * (at - Math.floor(at));
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
