import prettyBytes from 'pretty-bytes';
import type { BatchView, Row } from '../../contract/app-state.ts';
import { maxCopiedText } from '../../contract/control-protocol.ts';
import { formatTraits } from '../../contract/formats.ts';
import { levelReached, qualityLevels, targetScore, type Quality } from '../../contract/quality.ts';
import type { Recipe } from '../../contract/recipe.ts';

// How the page says things. Numbers are honest: never 100 % before it is, growth is shown as growth.

const counts = new Intl.NumberFormat('en-GB');

export function size(bytes: number): string {
  return prettyBytes(bytes);
}

export function count(number: number): string {
  return counts.format(number);
}

export function files(number: number): string {
  return `${count(number)} ${number === 1 ? 'picture' : 'pictures'}`;
}

/** `−63 %` of what it was; `+4 %` where it grew. */
export function change(before: number, after: number): string {
  if (before === 0) return '';
  const percent = ((after - before) / before) * 100;
  const rounded = Math.abs(percent) < 10 ? Math.abs(percent).toFixed(1) : Math.abs(percent).toFixed(0);
  if (Number(rounded) === 0) return '0 %';
  // All of it is never saved, whatever the rounding says.
  return `${percent < 0 ? '−' : '+'}${rounded === '100' ? '99.9' : rounded} %`;
}

/** Rounded up to what a person would say. */
export function duration(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 60) return `${String(seconds)} s`;
  if (seconds < 3600) return `${String(Math.floor(seconds / 60))} min ${String(seconds % 60)} s`;
  return `${String(Math.floor(seconds / 3600))} h ${String(Math.floor((seconds % 3600) / 60))} min`;
}

export const stateWords: Readonly<Record<Row['state'], string>> = {
  waiting: 'Waiting',
  running: 'Working',
  done: 'Done',
  failed: 'Failed',
  skipped: 'Left as it is',
  cancelled: 'Cancelled',
};

/** The state of a row, which says more when the original was kept. */
export function rowState(row: Row): string {
  if (row.downloaded !== undefined && row.state === 'waiting') {
    return `Downloading ${String(Math.floor(row.downloaded * 100))} %`;
  }
  return row.output?.keptOriginal === true ? 'Kept as it was' : stateWords[row.state];
}

/** Why a row is as it is. Main names the file with its folders, which stand beside it here. */
export function rowReason({ name, reason }: Pick<Row, 'name' | 'reason'>): string | undefined {
  const at = reason?.indexOf(name) ?? -1;
  const before = reason?.slice(0, Math.max(0, at)) ?? '';
  return /^(?:[A-Za-z]:)?[\\/]/.test(before) && /[\\/]$/.test(before) ? reason?.slice(at) : reason;
}

/** Why each of these is as it is, a line for each; what is too much for the clipboard is counted in the last one. */
export function reasonLines(rows: Iterable<Row>, limit = maxCopiedText): string {
  const lines: string[] = [];
  let length = 0;
  let more = 0;
  for (const { folder, name, reason } of rows) {
    if (reason === undefined) continue;
    const line = `${folder}/${name}: ${reason}`;
    length += line.length + 1;
    // Room for what is said of the others.
    if (length > limit - 50) more += 1;
    else lines.push(line);
  }
  return [...lines, ...(more === 0 ? [] : [`and ${count(more)} more`])].join('\n');
}

export function scoreWords(score: number): string {
  const level = levelReached(score);
  return `${level === undefined ? 'Visible loss' : qualityLevels[level].label}, ${score.toFixed(1)}`;
}

export function qualityWords(quality: Quality): string {
  if (typeof quality === 'number') return `quality ${String(quality)}`;
  const score = targetScore(quality) ?? 0;
  const level = levelReached(score);
  return level === undefined || qualityLevels[level].score !== score
    ? `a likeness of ${String(score)}`
    : `likeness “${qualityLevels[level].label.toLowerCase()}”`;
}

/** What a recipe does, in one sentence. */
export function recipeSentence(recipe: Recipe): string {
  return `${recipeWords(recipe)}, ${placePart(recipe)}.`;
}

/** What a recipe does to a picture, wherever the result goes. */
export function recipeWords(recipe: Recipe): string {
  return [formatPart(recipe), qualityPart(recipe), sizePart(recipe)]
    .filter((part) => part !== undefined)
    .join(', ');
}

function formatPart({ to }: Recipe): string {
  if (to === 'keep') return 'Keeps each format';
  if (to === 'best') return 'Takes the smallest format';
  return `Makes ${formatTraits[to].label}`;
}

function qualityPart({ to, quality, lossless, palette }: Recipe): string | undefined {
  if (lossless) return 'without loss';
  if (palette) return 'at most 256 colours';
  if (to === 'png' || to === 'tiff' || to === 'gif') return undefined;
  return qualityWords(quality);
}

function sizePart({ resize }: Recipe): string | undefined {
  if (resize === undefined) return undefined;
  if (resize.longestEdge !== undefined) return `at most ${String(resize.longestEdge)} pixels long`;
  if (resize.percent !== undefined) return `at ${String(resize.percent)} % of its size`;
  if (resize.megapixels !== undefined) return `at most ${String(resize.megapixels)} megapixels`;
  return `${String(resize.width ?? 'any')} × ${String(resize.height ?? 'any')} pixels`;
}

function placePart({ output }: Recipe): string {
  if (output.place === 'in-place') return 'in place of the originals';
  if (output.place === 'beside') return `beside the originals with “${output.suffix}” in the name`;
  return `into ${output.folder.split(/[\\/]/).at(-1) ?? output.folder}`;
}

/** What a batch has come to, in one line. */
export function batchSentence(batch: BatchView): string {
  const { done, failed, cancelled, total } = batch.counts;
  switch (batch.state) {
    case 'ended':
      if (cancelled > 0) return `Cancelled: ${files(done)} done`;
      if (total === 0) return batch.found === 0 ? 'No pictures found' : 'The list is empty';
      if (done === 0 && failed === 0) return 'Nothing to do';
      return failed === 0 ? `Done: ${files(done)}` : `Done: ${files(done)}, ${count(failed)} failed`;
    case 'stopped':
      return 'Stopped';
    case 'cancelling':
      return 'Stopping …';
    case 'paused':
      return `Paused at ${count(done)} of ${files(total)}`;
    case 'held':
      return `Waiting for you at ${count(done)} of ${files(total)}`;
    case 'working':
      return batch.intakeEnded
        ? `${count(done)} of ${files(total)}`
        : `${count(done)} of ${files(total)} so far`;
  }
}

/** What is said aloud of a batch: only what is news to who cannot see the bar, its quarters among it. */
export function announcement(batch: BatchView): string {
  switch (batch.state) {
    case 'ended':
    case 'stopped':
    case 'cancelling':
      return batchSentence(batch);
    case 'paused':
      return 'Paused';
    case 'held':
      return 'Waiting for you';
    case 'working': {
      const quarters = batch.intakeEnded ? Math.floor(share(batch) * 4) : 0;
      return quarters === 0 ? 'Working' : `${String(quarters * 25)} % done`;
    }
  }
}

/** Nothing happens in it any more, unless a person wants more. */
export function isOver({ state }: BatchView): boolean {
  return state === 'ended' || state === 'stopped';
}

/** Share of a batch that is over, 0 to 1. */
export function share({ counts: { total, waiting, running } }: BatchView): number {
  return total === 0 ? 0 : (total - waiting - running) / total;
}
