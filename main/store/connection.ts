import { DatabaseSync } from 'node:sqlite';

/** Another Millrace may be writing, milliseconds. */
const patienceMs = 5000;

/** Opens a connection to the store's database; what all of them need is set. */
export function connect(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: patienceMs });
  // A flush reaches the disk itself and not only its cache, for which `fsync` is too little on macOS
  // (sqlite.org/pragma.html#pragma_fullfsync). Elsewhere these do nothing.
  database.exec('PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON');
  return database;
}
