import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { targetScore } from '../../contract/quality.ts';
import { parseRecipe, type RecipeInput } from '../../contract/recipe.ts';
import type { Codecs } from '../../utility/codecs.ts';
import { settingsFor, type Setting } from '../../utility/image/encode-settings.ts';
import type { Pixels } from '../../utility/image/pixels.ts';
import { raceFormats } from '../../utility/image/quality-search/best-format.ts';
import { encodeAsAsked, type AskedFile } from '../../utility/image/quality-search/encode-as-asked.ts';
import {
  encodeOnce,
  type EncodedFile,
  type EncodeJob,
} from '../../utility/image/quality-search/encode-job.ts';
import { readBack } from '../../utility/image/quality-search/read-back.ts';
import { highestQuality, scaleOf } from '../../utility/image/quality-search/scale.ts';
import { createScorer } from '../../utility/image/score/score.ts';
import type { Picture } from './pictures.ts';
import type { LossyFormat, Tool } from './tools.ts';

/** One file that one tool made of one picture. */
export interface Sample {
  readonly picture: string;
  readonly tool: string;
  readonly format: string;
  /** The tool's own setting, or the score that Millrace was asked for. */
  readonly setting: string;
  readonly bytes: number;
  readonly score: number;
  /** Of a search: whole encodes' worth, and CPU time over that of one plain encode with the quality it found. */
  readonly encodes?: number;
  readonly cost?: number;
  /** Of a search: the encoder's own setting that it found. */
  readonly quality?: number;
  /** Of a search: not even the next quality below reaches what was asked. */
  readonly tight?: boolean;
  readonly note?: string;
  /** Of a search: of the picture. */
  readonly pixels?: number;
}

export const millrace = 'Millrace';
/** What has been measured already; a run that was interrupted goes on where it was. */
export class Samples {
  readonly #file: string;
  readonly #all = new Map<string, Sample>();

  private constructor(file: string) {
    this.#file = file;
  }

  static async open(file: string): Promise<Samples> {
    await mkdir(dirname(file), { recursive: true });
    const samples = new Samples(file);
    const text = await readFile(file, { encoding: 'utf8', flag: 'a+' });
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const sample = JSON.parse(line) as Sample;
      samples.#all.set(keyOf(sample), sample);
    }
    return samples;
  }

  get all(): readonly Sample[] {
    return [...this.#all.values()];
  }

  /** Measures what has not been measured. */
  async once(
    key: Pick<Sample, 'picture' | 'tool' | 'format' | 'setting'>,
    measure: () => Promise<Omit<Sample, 'picture' | 'tool' | 'format' | 'setting'>>,
  ): Promise<void> {
    if (this.#all.has(keyOf(key))) return;
    const sample = { ...key, ...(await measure()) };
    this.#all.set(keyOf(key), sample);
    await appendFile(this.#file, `${JSON.stringify(sample)}\n`);
  }
}

function keyOf({
  picture,
  tool,
  format,
  setting,
}: Pick<Sample, 'picture' | 'tool' | 'format' | 'setting'>): string {
  return [picture, tool, format, setting].join('|');
}

/** A picture with its measure, on which every tool is tried. */
export interface Ground extends Disposable {
  tryTool(
    tool: Tool,
    setting: number | 'default',
  ): Promise<Omit<Sample, 'picture' | 'tool' | 'format' | 'setting'>>;
  tryMillrace(
    to: LossyFormat | 'best',
    target: number,
  ): Promise<Omit<Sample, 'picture' | 'tool' | 'format' | 'setting'>>;
}

export function prepareGround(picture: Picture, codecs: Codecs): Ground {
  const { data, width, height, channels, name } = picture;
  const pixels: Pixels = { data, width, height, channels, frames: 1, bitDepth: 8 };
  const scorer = createScorer({ data, width, height, channels });

  async function score(bytes: Uint8Array, to: EncodeJob['to']): Promise<number> {
    const shown = await readBack(bytes, to, pixels, codecs);
    if (shown.data instanceof Uint16Array) throw new TypeError('8 bits were asked for');
    return scorer.score({ data: shown.data, width, height, channels: shown.channels });
  }

  function job(to: EncodeJob['to'], recipe: RecipeInput): EncodeJob {
    return { name, pixels, to, recipe: parseRecipe(recipe), metadata: {} };
  }

  async function isTight(asked: EncodeJob, target: number, file: AskedFile): Promise<boolean> {
    const { quality: found = highestQuality } = file.settings;
    const next = scaleOf(asked.to).findLast((quality) => quality < found);
    if (next === undefined) return true;
    const lower = await encodePlainly(asked, file, codecs, next);
    return (await score(lower.bytes, asked.to)) < target;
  }

  return {
    async tryTool(tool, setting) {
      const bytes = await tool.encode(picture, setting);
      return { bytes: bytes.byteLength, score: await score(bytes, tool.format) };
    },
    async tryMillrace(to, target) {
      const quality = `auto:${String(target)}` as const;
      if (to === 'best') {
        const recipe = parseRecipe({ to, quality });
        const { job: won, file } = await raceFormats(
          recipe.bestOf.map((each) => job(each, recipe)),
          codecs,
        );
        return { bytes: file.bytes.byteLength, score: await score(file.bytes, won.to), note: won.to };
      }
      const asked = job(to, { to, quality });
      const { result: file, cpu } = await timed(() => encodeAsAsked(asked, codecs));
      const plain = await timed(() => encodePlainly(asked, file, codecs));
      return {
        bytes: file.bytes.byteLength,
        score: await score(file.bytes, to),
        pixels: width * height,
        encodes: file.score?.encodes ?? 1,
        cost: cpu / plain.cpu,
        ...(file.settings.quality === undefined ? {} : { quality: file.settings.quality }),
        tight: await isTight(asked, target, file),
        ...(file.score?.note === undefined ? {} : { note: file.score.note }),
      };
    },
    [Symbol.dispose]() {
      scorer.dispose();
    },
  };
}

/** The same settings, or another quality, when nothing is searched for. */
async function encodePlainly(
  job: EncodeJob,
  { settings }: AskedFile,
  codecs: Codecs,
  quality = settings.quality ?? highestQuality,
): Promise<EncodedFile> {
  return encodeOnce(job, { ...settingBehind(job, settings), quality }, codecs);
}

/** What the search turned to come to these settings: the way whose settings differ in the quality alone. */
function settingBehind({ to, recipe, pixels }: EncodeJob, settings: AskedFile['settings']): Setting {
  const { quality = highestQuality, options } = settings;
  const area = pixels.width * pixels.height;
  const forScore = targetScore(recipe.quality);
  const ways = [false, true].flatMap((fineColour) =>
    [false, true].map((between) => ({ quality, fineColour, between, forScore })),
  );
  const way = ways.find((each) =>
    isDeepStrictEqual(settingsFor(to, recipe, { ...each, pixels: area }).options, options),
  );
  if (way === undefined) throw new RangeError(`no search comes to ${JSON.stringify(options)}`);
  return way;
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; cpu: number }> {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { result, cpu: (user + system) / 1000 };
}
