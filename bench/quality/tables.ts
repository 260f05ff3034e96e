import { highestQuality } from '../../utility/image/quality-search/scale.ts';
import { millrace, type Sample } from './measure.ts';

export interface Table {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const formats = ['jpeg', 'webp', 'avif', 'jxl'] as const;
const targets = [70, 80, 85, 90] as const;

/** How near the search comes to what was asked, and what that costs. */
export function accuracyTable(samples: readonly Sample[]): Table {
  const asked = targets.map(String);
  const searches = formats.flatMap((format) =>
    of(samples, millrace, format).filter(({ setting }) => asked.includes(setting)),
  );
  const rows = formats.flatMap((format) =>
    asked.flatMap((target) => {
      const runs = searches.filter((run) => run.format === format && run.setting === target);
      return runs.length === 0 ? [] : [[format, target, ...accuracyOf(runs)]];
    }),
  );
  return {
    caption:
      'Scores reached against scores asked, over the pictures with which the format can reach them at its highest quality.',
    head: [
      'format',
      'asked',
      'can reach it',
      'within 1.0',
      '… or the next quality below misses it',
      'below what was asked',
      'lowest',
      'median',
      'highest',
      'encodes’ worth, median',
      'CPU of one plain encode, median',
    ],
    rows: [...rows, ['all', '', ...accuracyOf(searches)]],
  };
}

function accuracyOf(runs: readonly Sample[]): string[] {
  const target = ({ setting }: Sample): number => Number(setting);
  // Where the best the format has is not enough, nothing was missed.
  const reachable = runs.filter(({ note, quality = 0 }) => note === undefined || quality < highestQuality);
  const off = reachable.map((run) => run.score - target(run));
  const missed = off.filter((each) => each < 0).length;
  const exact = reachable.filter((run) => run.score <= target(run) + 1 || run.tight === true).length;
  const near = off.filter((each) => Math.abs(each) <= 1).length;
  // JPEG XL's encoder has a thread of its own, whose time is not in ours.
  const costs = runs.filter(({ format }) => format !== 'jxl').map(({ cost = NaN }) => cost);
  return [
    `${String(reachable.length)} of ${String(runs.length)}`,
    percent(near / reachable.length),
    percent(exact / reachable.length),
    String(missed),
    signed(Math.min(...off)),
    signed(median(off)),
    signed(Math.max(...off)),
    median(runs.map(({ encodes = NaN }) => encodes)).toFixed(1),
    costs.length === 0 ? '–' : `${median(costs).toFixed(1)}x`,
  ];
}

/** Bytes of every tool over Millrace's, at the same score of each picture. */
export function equalScoreTable(samples: readonly Sample[], format: string): Table {
  const tools = toolsOf(samples, format);
  const pictures = [...new Set(samples.map(({ picture }) => picture))];
  const rows = tools.map((tool) => [
    tool,
    ...targets.map((target) => {
      const ratios = pictures.map((picture) => {
        const mine = bytesAt(ladder(samples, millrace, format, picture), target);
        const theirs = bytesAt(ladder(samples, tool, format, picture), target);
        return mine === undefined || theirs === undefined ? undefined : theirs / mine;
      });
      const both = ratios.filter((ratio) => ratio !== undefined);
      if (both.length === 0) return '-';
      const mean = Math.exp(both.reduce((sum, ratio) => sum + Math.log(ratio), 0) / both.length);
      return `${(100 * mean).toFixed(0)} (${String(both.length)})`;
    }),
  ]);
  return {
    caption: `${format}: bytes at the same score of each picture, Millrace = 100 (geometric mean; pictures that both reach in brackets).`,
    head: ['tool', ...targets.map((target) => `at ${String(target)}`)],
    rows,
  };
}

/** What a person gets who changes no setting. */
export function defaultsTable(samples: readonly Sample[], format: string, level: number): Table {
  const mine = of(samples, millrace, format).filter(({ setting }) => setting === String(level));
  const promised = Math.min(...mine.map(({ score }) => score));
  const rows = toolsOf(samples, format).map((tool) => {
    const setting = tool === millrace ? String(level) : 'default';
    const runs = of(samples, tool, format).filter((each) => each.setting === setting);
    const scores = runs.map(({ score }) => score);
    const same = tool === millrace ? total(runs) : bytesForAll(samples, tool, format, promised);
    return [
      tool,
      kilobytes(total(runs)),
      Math.min(...scores).toFixed(1),
      percentile(scores, 5).toFixed(1),
      median(scores).toFixed(1),
      same === undefined ? 'never' : kilobytes(same),
    ];
  });
  return {
    caption: `${format}: default settings; and the bytes that one setting for all pictures takes to promise Millrace's lowest score, ${promised.toFixed(1)}.`,
    head: ['tool', 'bytes', 'lowest score', '5th percentile', 'median', 'bytes for the same lowest score'],
    rows,
  };
}

/** The coarsest setting of a ladder whose worst picture is good enough, by interpolation between two settings. */
function bytesForAll(
  samples: readonly Sample[],
  tool: string,
  format: string,
  promised: number,
): number | undefined {
  const settings = new Map<string, Sample[]>();
  for (const sample of of(samples, tool, format)) {
    if (sample.setting === 'default') continue;
    settings.set(sample.setting, [...(settings.get(sample.setting) ?? []), sample]);
  }
  const rungs = [...settings.values()].map((runs) => ({
    bytes: total(runs),
    score: Math.min(...runs.map(({ score }) => score)),
  }));
  return bytesAt(rungs, promised);
}

interface Rung {
  readonly bytes: number;
  readonly score: number;
}

function ladder(samples: readonly Sample[], tool: string, format: string, picture: string): Rung[] {
  return of(samples, tool, format).filter((each) => each.picture === picture && each.setting !== 'default');
}

/** Where the ladder first crosses a score, with bytes growing evenly by factors; undefined where it does not. */
function bytesAt(rungs: readonly Rung[], score: number): number | undefined {
  const sorted = [...rungs].sort((a, b) => a.bytes - b.bytes);
  for (const [index, above] of sorted.entries()) {
    const below = sorted[index - 1];
    if (above.score < score) continue;
    if (below === undefined) return above.score - score < 0.5 ? above.bytes : undefined;
    const share = (score - below.score) / (above.score - below.score);
    return below.bytes * (above.bytes / below.bytes) ** share;
  }
  return undefined;
}

function toolsOf(samples: readonly Sample[], format: string): string[] {
  return [...new Set(samples.filter((each) => each.format === format).map(({ tool }) => tool))];
}

function of(samples: readonly Sample[], tool: string, format: string): Sample[] {
  return samples.filter((each) => each.tool === tool && each.format === format);
}

function total(samples: readonly Rung[]): number {
  return samples.reduce((sum, { bytes }) => sum + bytes, 0);
}

export function percentile(values: readonly number[], at: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = ((sorted.length - 1) * at) / 100;
  const low = sorted[Math.floor(place)] ?? NaN;
  const high = sorted[Math.ceil(place)] ?? NaN;
  return low + (high - low) * (place - Math.floor(place));
}

function median(values: readonly number[]): number {
  return percentile(values, 50);
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(0)} kB`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;
}
