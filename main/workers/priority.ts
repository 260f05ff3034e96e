import { constants, getPriority, setPriority } from 'node:os';
import type { LogLevel } from '../../contract/envelope.ts';

const { PRIORITY_BELOW_NORMAL, PRIORITY_LOW } = constants.priority;

/**
 * Of workers behind a window that is to stay smooth. Linux and macOS share a core by weight: one that is just below normal
 * takes a tenth of what the window needs to draw its next frame. On Windows it waits in any case.
 */
export const belowWindow = process.platform === 'win32' ? PRIORITY_BELOW_NORMAL : PRIORITY_LOW;

/**
 * Lets a worker give way to the window, to its parent and to the rest of the desktop. Called as early as can be: on
 * Linux the priority is a thread's own, and only threads that start later inherit it.
 *
 * @param priority as `os.setPriority` takes it; the parent's own is used where that is lower, and kept for `normal`
 */
export function lowerPriority(
  pid: number,
  priority: number | 'normal' = PRIORITY_BELOW_NORMAL,
  log: (level: LogLevel, message: string) => void,
): void {
  if (priority === 'normal') return;
  try {
    setPriority(pid, Math.max(priority, getPriority()));
  } catch (error) {
    log('warn', `keeps its priority: ${String(error)}`);
  }
}
