import type { PortLike } from '../../contract/port.ts';
import type { EndOfProcess } from './terminations.ts';

/** A way to start worker processes: `child_process` for the command line and tests, `utilityProcess` on the desktop. */
export interface WorkerHost {
  /** Starts a process for a slot. Throws when the system refuses at once; later refusals are told by `ended`. */
  start(spec: WorkerSpec): WorkerProcess;
}

export interface WorkerSpec {
  /** Index of the slot, from 0. */
  readonly slot: number;
  /** Which process of the slot this is, from 1. */
  readonly generation: number;
}

/** A port as the desktop hands it on: Electron's `MessagePortMain`. */
export type TransferablePort = object;

/** One process from its start to its end. */
export interface WorkerProcess {
  /** Undefined until the system has given one. */
  readonly pid: number | undefined;
  /** Closed as soon as the process is known to have ended; nothing is posted after that. */
  readonly port: PortLike;
  /** Settles once, never rejects, when the process is gone and what it wrote has been read. */
  readonly ended: Promise<EndOfProcess>;
  /**
   * Hands a port over to the process, beside a message that says what it is for; absent where processes cannot be
   * given ports. Not to be called after the end.
   */
  readonly handOver?: (message: unknown, port: TransferablePort) => void;
  /** Lets a process that stays on one core run on any; absent where it does already. Not to be called after the end. */
  readonly unpin?: () => void;
  /** Ends the process at once, whatever it does (SIGKILL). Does nothing when it has ended. */
  kill(): void;
  /** The last lines it wrote to its standard error and output, for the log. */
  outputTail(): string;
}
