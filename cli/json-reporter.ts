import { sourceAddress, type BatchEvent } from '../contract/batch.ts';
import type { Output, Reporter } from './reporter.ts';

/** One JSON object a line on standard output; the log goes to standard error. */
export function createJsonReporter(output: Output, options: { readonly verbose: boolean }): Reporter {
  function write(event: object): void {
    output.out(JSON.stringify(event));
  }

  return {
    event(event) {
      const line = toLine(event);
      if (line !== undefined) write(line);
    },
    log(level, message) {
      if (options.verbose || level === 'error' || level === 'warn') output.err(`${level}: ${message}`);
    },
    summary({ progress, failures, stopped, ...rest }) {
      write({
        event: 'summary',
        ...progress.counts,
        bytesIn: progress.bytesIn,
        bytesOut: progress.bytesOut,
        elapsedMs: Math.round(progress.elapsedMs),
        failures: failures.map(({ source, error }) => ({ source, ...error })),
        ...(stopped === undefined ? {} : { stopped }),
        ...rest,
      });
    },
  };
}

function toLine(event: BatchEvent): object | undefined {
  switch (event.type) {
    case 'job.started':
    case 'job.done':
    case 'job.cancelled': {
      const { source, output, ...job } = event.job;
      return {
        event: event.type,
        ...job,
        source: sourceAddress(source),
        ...(output === undefined ? {} : { output: output.path, outputBytes: output.bytes }),
      };
    }
    case 'job.retried':
    case 'job.failed': {
      const { source, ...job } = event.job;
      return { event: event.type, ...job, source: sourceAddress(source), error: event.error };
    }
    case 'job.skipped':
      return {
        event: event.type,
        id: event.job.id,
        source: sourceAddress(event.job.source),
        reason: event.reason,
      };
    case 'ignored':
      return { event: event.type, path: event.path, reason: event.reason };
    case 'progress':
      return { event: event.type, ...event.progress };
    case 'held':
    case 'stopped':
      return { event: event.type, error: event.error };
    case 'ended':
      // The summary says the same, and is last.
      return undefined;
  }
}
