import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';
import { levelReached, qualityLevels } from '../contract/quality.ts';

export function size(bytes: number): string {
  return prettyBytes(bytes);
}

export function duration(ms: number): string {
  return prettyMilliseconds(Math.max(0, ms), { secondsDecimalDigits: ms < 10_000 ? 1 : 0, unitCount: 2 });
}

export function count(number: number, noun: string): string {
  return `${String(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** `12.3 MB → 3.4 MB (−72 %)`, or with `difference` `8.9 MB (−72 %)`. */
export function saved(before: number, after: number, what: 'both' | 'difference' = 'both'): string {
  const percent = before === 0 ? 0 : Math.round((after / before - 1) * 100);
  const sign = percent > 0 ? '+' : percent < 0 ? '−' : '';
  const change = `(${sign}${String(Math.abs(percent))} %)`;
  if (what === 'difference') return `${size(before - after)} ${change}`;
  return `${size(before)} → ${size(after)} ${change}`;
}

/** `86.1 (very good)`: SSIMULACRA2, and the level in words that it reaches. */
export function scored(score: number): string {
  const level = levelReached(score);
  const words = level === undefined ? '' : ` (${qualityLevels[level].label.toLowerCase()})`;
  return `${score.toFixed(1)}${words}`;
}
