import type { HistoryEntry } from '../contract/app-state.ts';
import type { Past } from '../main/past/past.ts';
import { count, saved } from './phrases.ts';
import type { Output } from './reporter.ts';

/** Lists what was done, newest first. */
export function showHistory(past: Past, output: Output, { json }: { readonly json: boolean }): void {
  const entries = past.history();
  for (const entry of entries) {
    output.out(json ? JSON.stringify({ event: 'batch', ...entry }) : line(entry));
  }
  if (entries.length === 0 && !json) output.out('Nothing has been done yet.');
}

function line(entry: HistoryEntry): string {
  const { batch, startedAt, state, done, failed, waiting, bytesIn, bytesOut, replaced } = entry;
  const parts = [
    batch,
    new Date(startedAt).toLocaleString(),
    state === 'ended' ? '' : state.replace('-', ' '),
    `${String(done)} done`,
    waiting > 0 ? `${String(waiting)} left` : '',
    failed > 0 ? `${String(failed)} failed` : '',
    done > 0 ? saved(bytesIn, bytesOut) : '',
    replaced > 0 ? `${count(replaced, 'original')} can be put back` : '',
  ];
  return parts.filter((part) => part !== '').join('  ');
}

/** Puts originals back and tells how that went. Gives the exit code. */
export async function undo(
  past: Past,
  batch: string | undefined,
  output: Output,
  { json }: { readonly json: boolean },
): Promise<number> {
  const undone = await past.undo(batch);
  if (json) output.out(JSON.stringify({ event: 'undo', ...undone }));
  else {
    for (const problem of undone.problems) output.err(problem);
    output.out(`${count(undone.restored, 'original')} of batch ${undone.batch} put back.`);
  }
  return undone.problems.length === 0 ? 0 : 1;
}
