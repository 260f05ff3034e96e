import { styleText } from 'node:util';
import type { Ora } from 'ora';
import type { BatchProgress } from '../contract/batch.ts';
import { count, duration, saved, scored, size } from './phrases.ts';
import type { Output, Reporter, Summary } from './reporter.ts';

export interface TerminalOptions {
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** The live line; absent where nobody watches a terminal. */
  readonly spinner: Ora | undefined;
}

/** Lines for people: one that moves while the batch works, and a summary. */
export function createTerminalReporter(output: Output, options: TerminalOptions): Reporter {
  const { spinner } = options;

  function line(text: string): void {
    spinner?.clear();
    output.err(text);
  }

  return {
    event(event) {
      if (spinner === undefined) return;
      if (event.type === 'progress') {
        spinner.text = progressLine(event.progress);
        if (!spinner.isSpinning) spinner.start();
      } else if (event.type === 'ended') spinner.stop();
    },
    log(level, message) {
      if (options.verbose || level === 'error' || (level === 'warn' && !options.quiet)) {
        line(`${level}: ${message}`);
      }
    },
    summary(summary) {
      spinner?.stop();
      for (const failure of failureLines(summary)) output.err(failure);
      if (options.quiet) return;
      for (const larger of overLimitLines(summary)) output.err(larger);
      for (const text of summaryLines(summary)) output.out(text);
      if (summary.stats !== undefined) output.out(JSON.stringify(summary.stats, undefined, 2));
    },
  };
}

const barWidth = 20;

/** `████████░░░░  123 of 400  12.3 MB → 3.4 MB (−72 %)  1:23 left`. */
export function progressLine(progress: BatchProgress): string {
  const { counts } = progress;
  const ended = counts.total - counts.waiting - counts.running;
  const filled = counts.total === 0 ? 0 : Math.floor((ended / counts.total) * barWidth);
  const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
  const parts = [
    bar,
    `${String(ended)} of ${String(counts.total)}${progress.intakeEnded ? '' : '+'}`,
    counts.failed > 0 ? `${String(counts.failed)} failed` : '',
    progress.bytesIn > 0 ? saved(progress.bytesIn, progress.bytesOut) : '',
    progress.etaMs === undefined ? '' : `${duration(progress.etaMs)} left`,
  ];
  return parts.filter((part) => part !== '').join('  ');
}

function failureLines({ failures, stopped }: Summary): string[] {
  const lines = failures.map(
    ({ source, error }) => `${styleText('red', 'failed')}  ${source}\n        ${error.message}`,
  );
  if (stopped !== undefined) {
    lines.push(`${styleText('red', 'stopped')} ${stopped.message}`);
    if (stopped.detail !== undefined) lines.push(stopped.detail);
  }
  return lines;
}

function overLimitLines({ overLimit }: Summary): string[] {
  return overLimit.map(
    ({ source, bytes, reason }) =>
      `${styleText('yellow', 'larger')}  ${source}\n        ${size(bytes)}: ${reason}`,
  );
}

function summaryLines(summary: Summary): string[] {
  const { progress, keptOriginals, maxBytes, overLimit, lostFrames, lowestScore, interrupted } = summary;
  const { counts } = progress;
  const rows: [string, string][] = [
    ['files', `${String(counts.done)} done in ${duration(progress.elapsedMs)}`],
    ['before', size(progress.bytesIn)],
    ['after', size(progress.bytesOut)],
    ['saved', saved(progress.bytesIn, progress.bytesOut, 'difference')],
  ];
  if (lowestScore !== undefined) rows.push(['lowest', `${scored(lowestScore.score)}, ${lowestScore.source}`]);
  if (keptOriginals > 0)
    rows.push(['kept', `${count(keptOriginals, 'original')}: no better copy could be made`]);
  if (maxBytes !== undefined && overLimit.length > 0)
    rows.push(['larger', `${count(overLimit.length, 'file')} above ${size(maxBytes)}, reasons above`]);
  if (lostFrames > 0)
    rows.push(['stand still', `${count(lostFrames, 'picture')}: one frame or page of several`]);
  if (counts.skipped > 0) rows.push(['skipped', `${count(counts.skipped, 'file')}, nothing to do`]);
  if (counts.failed > 0) rows.push(['failed', `${count(counts.failed, 'file')}, reasons above`]);
  if (counts.cancelled > 0)
    rows.push([interrupted ? 'interrupted' : 'cancelled', count(counts.cancelled, 'file')]);
  if (counts.ignored > 0) rows.push(['left out', `${count(counts.ignored, 'file')}: hidden, or no image`]);
  return rows.map(([name, value]) => `${styleText('dim', name.padEnd(11))} ${value}`);
}
