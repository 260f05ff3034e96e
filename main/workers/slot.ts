import type { LogLevel } from '../../contract/envelope.ts';
import { MillraceError } from '../../contract/errors.ts';
import { createClient, type RpcClient } from '../../contract/rpc/client.ts';
import { workerProtocol, type WorkerHello, type WorkerProtocol } from '../../contract/worker-protocol.ts';
import type { Clock } from '../engine/world.ts';
import type { WorkerHost, WorkerProcess, WorkerSpec } from './host.ts';
import { openLease, type Lease, type Run } from './lease.ts';
import type { WorkerLimits } from './limits.ts';
import { coreTimeOf } from './running-time.ts';
import { transition, type SlotEvent, type SlotState } from './slot-state.ts';
import { describeTermination, type RetireReason, type Termination } from './terminations.ts';

/** The end of a worker, as its pool is told. */
export interface WorkerEnd {
  readonly termination: Termination;
  /** It never said hello. */
  readonly early: boolean;
  /** What it wrote last. */
  readonly output: string;
}

export interface SlotHooks {
  started(): void;
  /** A worker said hello. */
  greeted(process: WorkerProcess, spec: WorkerSpec): void;
  /** A worker is gone. Says what follows if it was not meant to go. */
  ended(end: WorkerEnd): 'back-off' | 'quarantine';
  /** The slot may take a run or a start now. */
  changed(): void;
  /** A staged run that its worker will not come to. */
  returned(run: Run): void;
  log(level: LogLevel, message: string): void;
}

/** A place in the pool with a stable index; it owns one worker process at a time. */
export interface Slot {
  readonly state: SlotState;
  /** Starts a worker; idle and stopped slots only. */
  start(): void;
  /** Gives a run to the worker; ready slots only. */
  lease(run: Run): void;
  /** Whether the worker would take the bytes of its next run while it is busy. */
  readonly stageable: boolean;
  /**
   * Sends the worker its next run while it works on the one before, so that it need not wait for the bytes; stageable
   * slots only.
   */
  stage(run: Run): void;
  /** Asks the worker to finish; ready slots only. */
  rest(): void;
  /** Another worker could be started, so this slot may try again; quarantined slots only. */
  release(): void;
  /** Lets the worker finish its job for at most `graceMs`. Settles when no process is left. */
  close(graceMs: number): Promise<void>;
}

export interface SlotOptions {
  readonly index: number;
  readonly host: WorkerHost;
  readonly clock: Clock;
  readonly limits: WorkerLimits;
  readonly hooks: SlotHooks;
}

interface Worker {
  readonly process: WorkerProcess;
  readonly client: RpcClient<WorkerProtocol>;
  connected: boolean;
  jobs: number;
  /** Lets it leave the core it is pinned to, until that has been done; undefined where it is not pinned. */
  unpin: (() => void) | undefined;
  /** To be asked to finish as soon as it has no job. */
  retiring: RetireReason | undefined;
  /** How it ends, when that is our decision. The first one stays. */
  verdict: Termination | undefined;
}

export function createSlot({ index, host, clock, limits, hooks }: SlotOptions): Slot {
  let state: SlotState = 'idle';
  let generation = 0;
  /** Workers lost in a row without finishing a job in between. */
  let losses = 0;
  let worker: Worker | undefined;
  let lease: Lease | undefined;
  let staged: Lease | undefined;
  let forgetTimer: (() => void) | undefined;
  const waitingForEnd: (() => void)[] = [];

  /** A timer belongs to the state it was set in. */
  function move(event: SlotEvent): void {
    forgetTimer?.();
    forgetTimer = undefined;
    state = transition(state, event);
  }

  function later(ms: number, callback: () => void): void {
    forgetTimer = clock.after(ms, callback);
  }

  function is(name: SlotState): boolean {
    return state === name;
  }

  function tell(level: LogLevel, message: string): void {
    hooks.log(level, `Worker ${String(index)}.${String(generation)} ${message}`);
  }

  function start(): void {
    move('start');
    generation += 1;
    hooks.started();
    try {
      follow(host.start({ slot: index, generation }));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      queueMicrotask(() => {
        conclude({ kind: 'start-failed', reason }, '');
      });
    }
  }

  function follow(process: WorkerProcess): void {
    const client = createClient(process.port, workerProtocol);
    const own: Worker = {
      process,
      client,
      connected: true,
      jobs: 0,
      unpin: process.unpin,
      retiring: undefined,
      verdict: undefined,
    };
    worker = own;
    process.port.onClose(() => {
      own.connected = false;
    });
    client.onLog((level, message) => {
      tell(level, `says: ${message}`);
    });
    client.ready.then(
      (hello) => {
        if (worker === own && is('starting')) greet(own, hello);
      },
      () => undefined, // `closed` says the same, at any time
    );
    void client.closed.then((reason) => {
      if (worker === own) disconnected(own, reason);
    });
    void process.ended.then((end) => {
      conclude(own.verdict ?? end, process.outputTail());
    });
    later(limits.startMs, () => {
      condemn(own, { kind: 'timed-out', what: 'start', limitMs: limits.startMs });
    });
  }

  function greet(own: Worker, hello: WorkerHello): void {
    move('hello');
    tell('debug', `is ready: process ${String(hello.pid)}, ${hello.codecs} codecs`);
    hooks.greeted(own.process, { slot: index, generation });
    offer(own);
  }

  /** The worker has no job: it gets the next one at once, or waits for it, or goes. */
  function offer(own: Worker): void {
    if (own.retiring !== undefined && is('ready')) retire(own, own.retiring);
    hooks.changed();
    if (!is('ready')) return;
    later(limits.idleMs, () => {
      retire(own, 'idle');
    });
  }

  function takeRun(run: Run): void {
    const own = worker;
    if (own === undefined) throw new MillraceError('internal', 'A ready slot has no worker.');
    work(own, send(own, run));
  }

  function work(own: Worker, next: Lease): void {
    move('lease');
    lease = next;
    lease.begin();
    if (own.unpin === undefined) return;
    later(limits.pinnedMs(next.size), () => {
      own.unpin?.();
      own.unpin = undefined;
    });
  }

  function canStage(own: Worker | undefined): own is Worker {
    if (own === undefined || !is('busy') || staged !== undefined) return false;
    if (!own.connected || own.retiring !== undefined || own.verdict !== undefined) return false;
    return own.client.credit > 0 && own.jobs + 1 < limits.maxJobs;
  }

  function stageRun(run: Run): void {
    if (!canStage(worker)) throw new MillraceError('internal', 'A slot was given a run it cannot stage.');
    staged = send(worker, run);
  }

  /** The worker will not come to its next run. */
  function returnStaged(): void {
    const run = staged?.takeBack();
    staged = undefined;
    if (run !== undefined) hooks.returned(run);
  }

  function send(own: Worker, run: Run): Lease {
    const limitMs = limits.jobMs(run.size);
    return openLease(run, {
      clock,
      coreTime: () => coreTimeOf(own.process.pid),
      client: own.client,
      connected: () => own.connected,
      limitMs,
      cancelMs: limits.cancelMs,
      onReleased(residentBytes) {
        released(own, residentBytes);
      },
      onWithdrawn() {
        staged = undefined;
        hooks.changed();
      },
      onOverdue() {
        condemn(own, { kind: 'timed-out', what: 'job', limitMs });
      },
      onStuck() {
        lease = undefined;
        move('drain');
        condemn(own, { kind: 'killed', why: 'cancelled' });
      },
    });
  }

  function released(own: Worker, residentBytes = 0): void {
    lease = undefined;
    losses = 0;
    own.jobs += 1;
    if (own.jobs >= limits.maxJobs) own.retiring ??= 'jobs';
    if (residentBytes >= limits.maxResidentBytes) own.retiring ??= 'memory';
    move('answer');
    if (own.retiring !== undefined) returnStaged();
    const next = staged;
    staged = undefined;
    if (next !== undefined) work(own, next);
    offer(own);
  }

  function retire(own: Worker, why: RetireReason): void {
    own.verdict ??= { kind: 'retired', why };
    move('drain');
    later(limits.drainMs, () => {
      own.process.kill();
    });
    void own.client.shutdown();
  }

  /** Ends a worker without asking. */
  function condemn(own: Worker, verdict: Termination): void {
    own.verdict ??= verdict;
    own.process.kill();
  }

  function disconnected(own: Worker, reason: MillraceError): void {
    if (reason.code === 'protocol-error' || reason.code === 'protocol-version') {
      const detail = [reason.message, reason.detail].filter((text) => text !== undefined).join(' ');
      condemn(own, { kind: 'spoke-garbage', detail });
      return;
    }
    // Nobody is to give it a job now.
    if (is('ready')) move('drain');
    // Its end follows at once and says more than a kill would; only a worker that hung up and lives on is ended.
    const forget = clock.after(limits.drainMs, () => {
      condemn(own, { kind: 'killed', why: 'hung-up' });
    });
    void own.process.ended.then(forget);
  }

  function conclude(termination: Termination, output: string): void {
    const early = is('starting');
    move('end');
    worker = undefined;
    const own = lease;
    lease = undefined;
    own?.workerEnded(termination, output);
    returnStaged();
    tell(wasMeant(termination) ? 'debug' : 'warn', `${describeTermination(termination)}.`);
    const next = hooks.ended({ termination, early, output });
    if (is('crashed')) recover(next);
    for (const resolve of waitingForEnd.splice(0)) resolve();
    hooks.changed();
  }

  function recover(next: 'back-off' | 'quarantine'): void {
    losses += 1;
    move(next);
    if (next === 'quarantine') return;
    later(limits.backOffMs(losses), () => {
      move('rest');
      hooks.changed();
    });
  }

  return {
    get state() {
      return state;
    },
    start,
    lease: takeRun,
    get stageable() {
      return canStage(worker);
    },
    stage: stageRun,
    rest() {
      if (worker !== undefined) retire(worker, 'idle');
    },
    release() {
      move('rest');
    },
    async close(graceMs) {
      const own = worker;
      if (is('backing-off')) move('rest');
      if (own === undefined) return;
      const ended = new Promise<void>((resolve) => waitingForEnd.push(resolve));
      let forget: (() => void) | undefined;
      if (is('ready')) retire(own, 'shutdown');
      else if (is('busy')) {
        own.retiring = 'shutdown';
        returnStaged();
        forget = clock.after(graceMs, () => {
          condemn(own, { kind: 'retired', why: 'shutdown' });
        });
      } else if (is('starting')) {
        move('drain');
        condemn(own, { kind: 'retired', why: 'shutdown' });
      }
      await ended;
      forget?.();
    },
  };
}

function wasMeant(termination: Termination): boolean {
  return termination.kind === 'retired' || (termination.kind === 'killed' && termination.why === 'cancelled');
}
