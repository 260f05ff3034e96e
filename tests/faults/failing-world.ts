import type { FileHandle } from 'node:fs/promises';
import type { BatchJournal } from '../../main/engine/journal.ts';
import type { World } from '../../main/engine/world.ts';
import { realFiles, type DiskFiles } from '../../main/files/durable.ts';
import type { Inside, Step } from './fault.ts';

/** Runs a step, with whatever is to happen at it. */
export type Failpoint = <T>(step: Step, act: () => Promise<T>) => Promise<T>;

export interface FailpointOptions {
  readonly fault: Inside | undefined;
  /** Tells the one who watches; settles when they have done what they wanted. */
  readonly tell: () => Promise<void>;
}

/**
 * The points at which a run is made to fail. They are interfaces that the composition root hands in: the product itself has
 * none.
 */
export function createFailpoint({ fault, tell }: FailpointOptions): Failpoint {
  let seen = 0;

  async function happen(when: 'before' | 'after', step: Step): Promise<void> {
    if (fault?.at.step !== step || fault.at.when !== when) return;
    seen += 1;
    const again = fault.kind === 'error' && fault.always && seen > fault.at.nth;
    if (seen !== fault.at.nth && !again) return;
    if (!again) process.stderr.write('fault\n');
    switch (fault.kind) {
      case 'kill':
        process.kill(process.pid, 'SIGKILL');
        // The signal is on its way; nothing else is to happen before it arrives.
        return new Promise(() => undefined);
      case 'error':
        throw Object.assign(new Error(`${fault.code}: so says the campaign`), { code: fault.code });
      case 'stall':
        return new Promise((resolve) => setTimeout(resolve, fault.ms));
      case 'clock': {
        const real = Date.now;
        const { ms } = fault;
        Date.now = () => real() + ms;
        return;
      }
      case 'tell':
        return tell();
    }
  }

  return async (step, act) => {
    await happen('before', step);
    const result = await act();
    await happen('after', step);
    return result;
  };
}

export function failingFiles(at: Failpoint, fault: Inside | undefined): DiskFiles {
  const isHalf = fault?.kind === 'kill' && fault.half === true;

  function failingHandle(handle: FileHandle): FileHandle {
    const write = handle.writeFile.bind(handle);
    const sync = handle.sync.bind(handle);
    handle.writeFile = async (data, options) => {
      if (isHalf && data instanceof Uint8Array) {
        await write(data.subarray(0, data.byteLength / 2));
        await at('write', () => write(data.subarray(data.byteLength / 2)));
      } else await at('write', () => write(data, options));
    };
    handle.sync = () => at('sync', sync);
    return handle;
  }

  return {
    mkdir: (path, options) => at('mkdir', () => realFiles.mkdir(path, options)),
    open: async (path, flags, mode) => {
      const step = flags.startsWith('wx') ? 'open-new' : 'open-read';
      return failingHandle(await at(step, () => realFiles.open(path, flags, mode)));
    },
    stat: (path) => at('stat', () => realFiles.stat(path)),
    link: (from, to) => at('link', () => realFiles.link(from, to)),
    rename: (from, to) => at('rename', () => realFiles.rename(from, to)),
    unlink: (path) => at('unlink', () => realFiles.unlink(path)),
    copyFile: (from, to, mode) => at('copy', () => realFiles.copyFile(from, to, mode)),
    // A disk that does not take them costs the attributes and nothing else, so there is nothing to go wrong.
    carryAttributes: realFiles.carryAttributes,
  };
}

export function failingWorld(world: World, at: Failpoint): World {
  return {
    ...world,
    sources: {
      ...world.sources,
      head: (source, signal) => at('head', () => world.sources.head(source, signal)),
      read: (source, signal) => at('read', () => world.sources.read(source, signal)),
    },
    outputs: {
      ...world.outputs,
      reserve: (...asked) => at('reserve', () => world.outputs.reserve(...asked)),
      commit: (...asked) => at('commit', () => world.outputs.commit(...asked)),
    },
    workers: { size: world.workers.size, run: (...asked) => at('run', () => world.workers.run(...asked)) },
  };
}

export function failingJournal(journal: BatchJournal, at: Failpoint): BatchJournal {
  /** What nobody waits for cannot be held up, but the process can end there. */
  const passing = (step: Step, act: () => void): void => {
    void at(step, () => {
      act();
      return Promise.resolve();
    });
  };
  return {
    ...journal,
    done: (job, output) => {
      passing('done', () => {
        journal.done(job, output);
      });
    },
    commit(job) {
      const record = journal.commit(job);
      return {
        ...record,
        announced: () => at('announced', () => record.announced()),
        about: (intent) => at('about', () => record.about(intent)),
        committed: () => {
          passing('committed', () => {
            record.committed();
          });
        },
      };
    },
  };
}
