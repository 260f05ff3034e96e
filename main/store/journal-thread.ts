import type { StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { connect } from './connection.ts';
import {
  journalStatements,
  type JournalAnswer,
  type JournalEntry,
  type JournalRequest,
  type JournalStatement,
} from './journal-statements.ts';

// The journal's own thread: SQLite waits for the disk, and whoever reads the person's clicks must not.

if (parentPort === null) throw new Error('The journal is a thread of the app and of the command line.');
const port = parentPort;
const { path } = workerData as { readonly path: string };
const database = connect(path);
const statements = new Map<JournalStatement, StatementSync>();
/** Of a group that could not be written: it goes with the next one. */
let left: JournalEntry[] = [];
let isFlushing: boolean | undefined;

function write(entries: readonly JournalEntry[], flush: boolean): void {
  left.push(...entries);
  // NORMAL survives the end of the process, FULL also that of the power (sqlite.org/pragma.html#pragma_synchronous).
  if (flush !== isFlushing) database.exec(`PRAGMA synchronous = ${flush ? 'FULL' : 'NORMAL'}`);
  isFlushing = flush;
  if (left.length === 0) {
    // A transaction without a change flushes nothing of what was written before; a checkpoint does.
    if (flush) database.exec('PRAGMA wal_checkpoint(PASSIVE)');
    return;
  }
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const [name, ...values] of left) statementOf(name).run(...values);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
  left = [];
}

function statementOf(name: JournalStatement): StatementSync {
  const known = statements.get(name);
  if (known !== undefined) return known;
  const made = database.prepare(journalStatements[name]);
  statements.set(name, made);
  return made;
}

/** SQLITE_FULL (sqlite.org/rescode.html). */
const fullCode = 13;

function answer({ id, entries, flush }: JournalRequest): JournalAnswer {
  try {
    write(entries, flush);
    return { id };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const isFull = error instanceof Error && 'errcode' in error && error.errcode === fullCode;
    return { id, error: { message, isFull } };
  }
}

port.on('message', (request: JournalRequest | 'close') => {
  if (request === 'close') {
    database.close();
    port.close();
  } else port.postMessage(answer(request));
});
