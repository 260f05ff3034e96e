import { DatabaseSync } from 'node:sqlite';

/**
 * Locks a file of its own, which is made where there is none, and gives the function that unlocks it. The system gives the
 * lock back however the process ends. SQLite does the locking, since Node has none.
 *
 * @param patienceMs how long another may hold it
 * @throws the error of SQLite when it is held longer, or when the file cannot be made
 */
export function lockFile(path: string, patienceMs: number): () => void {
  const lock = new DatabaseSync(path, { timeout: patienceMs });
  try {
    // Nothing is written to it, and so nothing has to be recovered or removed beside it.
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw error;
  }
  return () => {
    lock.close();
  };
}
