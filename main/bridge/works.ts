import type { Settings } from '../../contract/app-state.ts';
import type { LogLevel } from '../../contract/envelope.ts';
import { createMemoryBudget, type MemoryBudget } from '../engine/admission.ts';
import { sourcesByKind } from '../engine/sources-by-kind.ts';
import type { Clock, OutputWriter, SourceReader, World } from '../engine/world.ts';
import type { WorkerHost, WorkerProcess } from '../workers/host.ts';
import { createPool, type WorkerPool } from '../workers/pool.ts';
import type { RecentLinks } from './recent-links.ts';

/** The settings that a pool and its budget are made from. */
export type WorksSettings = Pick<Settings, 'workers' | 'memory' | 'priority'>;

/** What batches and previews work with, until the settings ask for another. */
export interface Works {
  readonly world: World;
  readonly budget: MemoryBudget;
  /** Sources for those who only look. */
  readonly looks: SourceReader;
  readonly pool: Pick<WorkerPool, 'run' | 'preview' | 'shutdown'>;
}

export interface WorksOptions {
  /** Starts workers at this priority. */
  readonly host: (priority: Settings['priority']) => WorkerHost;
  readonly files: SourceReader;
  readonly links: RecentLinks;
  readonly outputs: OutputWriter;
  readonly clock: Clock;
  /** Cores this process may use, and memory it may take, bytes. */
  readonly machine: Machine;
  readonly log: (level: LogLevel, message: string) => void;
  readonly onWorkerReady: (process: WorkerProcess, slot: number) => void;
}

export interface Machine {
  readonly cores: number;
  readonly memory: number;
}

/** Puts a pool, a budget and the world around them together. No process is started before there is work. */
export function openWorks(options: WorksOptions, settings: WorksSettings): Works {
  const { host, files, links, outputs, clock, machine, log, onWorkerReady } = options;
  const pool = createPool({
    host: host(settings.priority),
    clock,
    size: settings.workers === 'auto' ? machine.cores : settings.workers,
    log,
    onReady(process, { slot }) {
      onWorkerReady(process, slot);
    },
  });
  return {
    world: { sources: sourcesByKind({ file: files, link: links.jobs }), outputs, workers: pool, clock },
    looks: sourcesByKind({ file: files, link: links.looks }),
    budget: createMemoryBudget(
      settings.memory === 'auto' ? machine.memory / 2 : settings.memory,
      machine.memory,
    ),
    pool,
  };
}
