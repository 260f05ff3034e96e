import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

// The threads of a codec hand their work to each other, and Linux chooses a core anew for each that wakes. With every core
// busy it chooses badly: two workers share one while another is idle, until that is noticed some milliseconds later. Where
// there is a worker for every core each stays on its own (docs/decisions/0016-workers-on-cores.md).

/**
 * A core for each of so many workers, as Linux numbers them; undefined where this process may use more or fewer than that:
 * then some would be without work, or others have two.
 */
export function coresFor(workers: number, status = ownStatus()): readonly number[] | undefined {
  const cores = allowedCores(status);
  return cores.length === workers && workers > 1 ? cores : undefined;
}

/** The core of a slot, unless it was taken from this process since, as it happens to containers. */
export function coreOf(slot: number, cores: readonly number[], status = ownStatus()): number | undefined {
  const core = cores[slot];
  return core !== undefined && allowedCores(status).includes(core) ? core : undefined;
}

/** The cores a process or a thread may run on, by its `/proc/.../status`; none where that does not say. */
export function allowedCores(status: string): number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1];
  return list === undefined ? [] : parseList(list);
}

/** proc(5): `0-3,8`. */
export function parseList(list: string): number[] {
  return list.split(',').flatMap((range) => {
    const [first = Number.NaN, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** Empty where the system does not say: only Linux does. */
function ownStatus(): string {
  try {
    return process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
  } catch {
    return '';
  }
}

/**
 * Lets a process and all its threads run on any of these cores.
 *
 * @param onFailure told why it stays where it is
 */
export function unpin(pid: number, cores: readonly number[], onFailure: (reason: string) => void): void {
  const child = spawn('taskset', ['-a', '-p', '-c', cores.join(','), String(pid)], { stdio: 'ignore' });
  child.on('error', (error) => {
    onFailure(error.message);
  });
  child.on('exit', (code) => {
    if (code !== 0) onFailure(`taskset ended with ${String(code)}`);
  });
  child.unref();
}
