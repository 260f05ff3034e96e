import type { JobDetail } from '../../contract/app-state.ts';
import type { Report } from '../../contract/report.ts';

/** What is kept of a report for the compare screen. */
export type Detail = Omit<JobDetail, 'row'>;

/** The details of all jobs that are done. */
export interface Details {
  remember(id: number, report: Report): void;
  get(id: number): Detail | undefined;
  forget(id: number): void;
}

/**
 * Costs about 100 bytes for a job: most pictures of a batch have the same size, colour, settings and fate of what came
 * with them, and what is alike is kept once.
 */
export function createDetails(): Details {
  const details = new Map<number, Detail>();
  const kinds = new Map<string, unknown>();

  /** The first that was equal to this one. */
  function shared<T>(value: T): T {
    const key = JSON.stringify(value);
    const known = kinds.get(key);
    if (known !== undefined) return known as T;
    kinds.set(key, value);
    return value;
  }

  return {
    remember(id, report) {
      const { fidelity, settings, source, output } = detailOf(report);
      details.set(id, {
        fidelity: shared(fidelity),
        settings: shared(settings),
        source: shared(source),
        output: shared(output),
      });
    },
    get: (id) => details.get(id),
    forget(id) {
      details.delete(id);
    },
  };
}

function detailOf(report: Report): Required<Detail> {
  const { source, output, fidelity } = report;
  return {
    fidelity,
    settings: describeSettings(report),
    source: { width: source.width, height: source.height, colour: source.colour },
    output: { width: output.width, height: output.height, colour: output.colour },
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
