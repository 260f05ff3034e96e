import type { JobDetail } from '../../contract/app-state.ts';
import type { Report } from '../../contract/report.ts';

/** What is kept of a report for the compare screen. */
export type Detail = Omit<JobDetail, 'row'>;

/** The details of the jobs that were done last or looked at last; of older ones only the row is known. */
export interface Details {
  remember(id: number, report: Report): void;
  get(id: number): Detail | undefined;
  forget(id: number): void;
}

/** About 1 kB each. */
const kept = 5000;

export function createDetails(limit = kept): Details {
  const details = new Map<number, Detail>();
  /** Newest last: a map lists its keys in the order they were set. */
  function keep(id: number, detail: Detail): void {
    details.delete(id);
    details.set(id, detail);
    const [oldest] = details.keys();
    if (details.size > limit && oldest !== undefined) details.delete(oldest);
  }
  return {
    remember(id, report) {
      keep(id, detailOf(report));
    },
    get(id) {
      const detail = details.get(id);
      if (detail !== undefined) keep(id, detail);
      return detail;
    },
    forget(id) {
      details.delete(id);
    },
  };
}

function detailOf(report: Report): Detail {
  const { source, output, fidelity, timings } = report;
  return {
    fidelity,
    settings: describeSettings(report),
    source: { width: source.width, height: source.height, colour: source.colour },
    output: { width: output.width, height: output.height, colour: output.colour },
    timings,
  };
}

/** `mozjpeg, quality 82, chroma subsampling 4:4:4`. */
function describeSettings({ outcome, settings }: Report): string {
  if (outcome === 'kept-original') return 'the original, unchanged';
  const words = [settings.encoder];
  if (settings.lossless) words.push('lossless');
  else if (settings.quality !== undefined) words.push(`quality ${String(settings.quality)}`);
  for (const [name, value] of Object.entries(settings.options)) {
    if (['quality', 'lossless', settings.encoder].includes(name) || value === false) continue;
    const option = name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    words.push(value === true ? option : `${option} ${String(value)}`);
  }
  return words.join(', ');
}
