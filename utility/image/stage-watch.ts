import type { Report } from '../../contract/report.ts';
import type { Stage } from '../../contract/worker-protocol.ts';
import type { Codecs } from '../codecs.ts';

export interface StageWatch {
  /** Ends the stage before and begins this one. */
  enter(stage: Stage): void;
  /** Ends the last stage. Wall time of each, milliseconds. */
  stop(): Report['timings'];
  /** CPU time of all threads since the start, and memory now. */
  resources(codecs: Codecs): Report['worker'];
}

export function startWatch(onStage: (stage: Stage) => void): StageWatch {
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const times: Record<Stage, number> = { decode: 0, transform: 0, encode: 0, verify: 0 };
  let current: Stage = 'decode';
  let since = startedAt;

  function close(): void {
    const now = performance.now();
    times[current] += now - since;
    since = now;
  }

  return {
    enter(stage) {
      close();
      current = stage;
      onStage(stage);
    },
    stop() {
      close();
      return { ...times, total: since - startedAt };
    },
    resources({ build }) {
      const { user, system } = process.cpuUsage(cpuBefore);
      return { pid: process.pid, codecs: build, cpu: (user + system) / 1000, rss: process.memoryUsage.rss() };
    },
  };
}
