import type { HistoryEntry } from '../contract/app-state.ts';
import type { Past } from '../main/past/past.ts';
import type { Asked } from './arguments.ts';
import { count, saved } from './phrases.ts';
import type { Output, Reporter } from './reporter.ts';
import { openState } from './state.ts';

/**
 * Tells of what was done, or undoes it. Gives the exit code.
 *
 * @param thread path of the `journal-thread` entry
 */
export async function lookBack(
  asked: Asked<'history' | 'undo'>,
  thread: string,
  output: Output,
  reporter: Reporter,
): Promise<number> {
  const json = asked.flags.json === true;
  const onlyLook = asked.kind === 'history';
  await using state = openState({ thread, flags: asked.flags, log: reporter.log, onlyLook, isNeeded: true });
  const { past } = state;
  if (asked.kind === 'history') {
    showHistory(past, output, { json });
    return 0;
  }
  await past.settle();
  return await undo(past, asked.batch, output, { json });
}

/** Lists what was done, newest first. */
function showHistory(past: Past, output: Output, { json }: { readonly json: boolean }): void {
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
async function undo(
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
