import { describe, expect, it } from 'vitest';
import { parseRecipe } from '../../contract/recipe.ts';
import { createServer } from '../../contract/rpc/server.ts';
import { workerProtocol, type ConvertResult, type PreviewResult } from '../../contract/worker-protocol.ts';
import { createFakeClock, type FakeClock } from '../../tests/fixtures/fake-clock.ts';
import { portPair } from '../../tests/fixtures/port-pair.ts';
import { echo } from '../../tests/fixtures/workers/serve.ts';
import type { WorkerSpec } from './host.ts';
import { createPool, type WorkerPool } from './pool.ts';
import type { EndOfProcess } from './terminations.ts';

/** What becomes of a process: it works (and dies in a job called `crash`), or dies before it is ready. */
type Fate = 'works' | 'dies';

interface Stage {
  readonly pool: WorkerPool;
  readonly clock: FakeClock;
  /** The processes started so far, as `slot.generation`. */
  readonly starts: string[];
  readonly run: (name: string) => Promise<ConvertResult>;
}

/** A pool of workers in memory, so that what depends on time and order can be told exactly. */
function stage(size: number, fate: (spec: WorkerSpec) => Fate, maxJobs = 1000): Stage {
  const clock = createFakeClock();
  const starts: string[] = [];
  const pool = createPool({
    clock,
    size,
    limits: { maxJobs },
    host: {
      start(spec) {
        starts.push(`${String(spec.slot)}.${String(spec.generation)}`);
        const [ours, theirs] = portPair();
        const ended = Promise.withResolvers<EndOfProcess>();
        const die = (end: EndOfProcess): void => {
          ours.close();
          ended.resolve(end);
        };
        if (fate(spec) === 'dies') die({ kind: 'exited', code: 1 });
        else {
          const server = createServer(theirs, workerProtocol, {
            hello: { pid: 1, codecs: 'native', versions: {} },
            credit: 1,
            handlers: {
              convert(params) {
                if (params.name === 'crash') die({ kind: 'crashed', reason: 'SIGSEGV' });
                if (params.name === 'crash' || params.name === 'wait') return new Promise(() => undefined);
                return echo(params, 1);
              },
              preview(params): PreviewResult | Promise<PreviewResult> {
                if (params.name === 'crash') die({ kind: 'crashed', reason: 'SIGSEGV' });
                if (params.name === 'crash') return new Promise(() => undefined);
                return { outcome: 'sent', rss: params.token };
              },
            },
          });
          void server.closed.then(() => {
            die({ kind: 'exited', code: 0 });
          });
        }
        return {
          pid: undefined,
          port: ours,
          ended: ended.promise,
          kill() {
            die({ kind: 'crashed', reason: 'SIGKILL' });
          },
          outputTail: () => 'last words',
        };
      },
    },
  });
  return {
    pool,
    clock,
    starts,
    run: (name) =>
      pool.run(
        { name, bytes: new Uint8Array(1), recipe: parseRecipe({}) },
        { signal: new AbortController().signal, pixels: 1, formats: ['png'] },
      ),
  };
}

/** Lets everything happen that needs no time. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('a pool that expects runs', () => {
  it('starts their workers before they come, and no more than it may have', async () => {
    const { pool, starts, run } = stage(2, () => 'works');
    pool.warm(1);
    expect(starts).toEqual(['0.1']);
    pool.warm(5);
    expect(starts).toEqual(['0.1', '1.1']);
    await Promise.all([run('a'), run('b')]);
    expect(starts).toHaveLength(2);
    await pool.shutdown();
    pool.warm(2);
    expect(starts).toHaveLength(2);
  });
});

describe('a pool that expects no more runs', () => {
  it('lets workers go that have none, at once and when they have finished, and starts one for a run that comes', async () => {
    const { pool, starts, run } = stage(2, () => 'works');
    pool.warm(2);
    await run('a');
    pool.cool();
    await settle();
    await run('b');
    expect(starts).toEqual(['0.1', '1.1', '0.2']);
    await settle();
    await run('c');
    expect(starts).toEqual(['0.1', '1.1', '0.2', '0.3']);
    pool.warm(1);
    await run('d');
    await settle();
    await run('e');
    expect(starts).toHaveLength(5);
  });
});

describe('backing off', () => {
  it('grows with each worker lost in a row, is bounded, and ends with a job that is finished', async () => {
    const { run, clock, starts } = stage(1, () => 'works');
    const waits: number[] = [];
    async function crashAndMeasure(): Promise<void> {
      await expect(run('crash')).rejects.toMatchObject({ code: 'worker-crashed' });
      const started = starts.length;
      const next = run('crash').catch(() => undefined);
      let waited = 0;
      while (starts.length === started) {
        clock.advance(1);
        waited += 1;
      }
      waits.push(waited);
      await next;
      clock.advance(10_000);
    }
    for (let round = 0; round < 4; round += 1) await crashAndMeasure();
    await run('fine');
    await crashAndMeasure();
    expect(waits).toEqual([25, 100, 400, 1000, 25]);
  });
});

describe('workers that die before they are ready', () => {
  it('cost only their slot while others work, which tries again when a worker could be started', async () => {
    let slotOne: Fate = 'dies';
    const { run, clock, starts, pool } = stage(2, ({ slot }) => (slot === 1 ? slotOne : 'works'), 2);
    await run('a');
    const long = run('wait').catch((error: unknown) => error);
    const short = run('b');
    for (let round = 0; round < 10; round += 1) {
      await settle();
      clock.advance(2_000);
    }
    expect(starts).toEqual(['0.1', '1.1', '1.2', '1.3']);

    // The long job is given up at last; its slot starts a worker again, and so may the other.
    slotOne = 'works';
    clock.advance(100_000);
    await settle();
    clock.advance(2_000);
    expect(await long).toMatchObject({ code: 'worker-timed-out' });
    await short;
    await Promise.all([run('c'), run('d'), run('e')]);
    expect(starts).toContain('1.4');
    await pool.shutdown();
  });

  it('stop the pool when no other works; even then nothing is started again', async () => {
    const { run, clock, starts } = stage(1, () => 'dies');
    const runs = Promise.allSettled([run('a'), run('b')]);
    for (let round = 0; round < 10; round += 1) {
      await settle();
      clock.advance(2_000);
    }
    expect(await runs).toMatchObject([
      { reason: { code: 'workers-cannot-start', detail: 'The last one exited with code 1.\nlast words' } },
      { reason: { code: 'workers-cannot-start' } },
    ]);
    expect(starts).toEqual(['0.1', '0.2', '0.3']);
  });
});

describe('the line', () => {
  it('has the next run on its way to a worker in the very turn in which the one before is answered', async () => {
    const { pool } = stage(1, () => 'works');
    const turns: string[] = [];
    const runs = ['a', 'b'].map((name) =>
      pool
        .run(
          { name, bytes: new Uint8Array(1), recipe: parseRecipe({}) },
          {
            signal: new AbortController().signal,
            pixels: 1,
            formats: ['png'],
            onStarted: () => turns.push(`${name} started`),
          },
        )
        .then(() => turns.push(`${name} answered`)),
    );
    await Promise.all(runs);
    expect(turns).toEqual(['a started', 'b started', 'a answered', 'b answered']);
  });
});

describe('previews', () => {
  const look = (pool: WorkerPool, name: string, token = 1) =>
    pool.preview(
      { page: 1, token, name, bytes: new Uint8Array(1) },
      { signal: new AbortController().signal, pixels: 1 },
    );

  it('go before jobs that wait, and are told apart from them in the numbers', async () => {
    const { pool, run } = stage(1, () => 'works');
    const order: string[] = [];
    const first = run('first').then(() => order.push('first'));
    const second = run('second').then(() => order.push('second'));
    const shown = look(pool, 'picture').then(({ outcome }) => order.push(outcome));
    await Promise.all([first, second, shown]);
    expect(order).toEqual(['sent', 'first', 'second']);
    expect(pool.stats().run.count).toBe(2);
    await pool.shutdown();
  });

  it('that end their worker are told so, and leave the place ahead to others', async () => {
    const { pool, clock } = stage(2, () => 'works');
    await expect(look(pool, 'crash')).rejects.toMatchObject({ code: 'worker-crashed' });
    const next = look(pool, 'picture');
    await settle();
    clock.advance(2_000);
    expect(await next).toMatchObject({ outcome: 'sent' });
    await pool.shutdown();
  });

  it('that are not wanted any more leave the line', async () => {
    const { pool, run, clock } = stage(1, () => 'works');
    const long = run('wait').catch((error: unknown) => error);
    await settle();
    const giveUp = new AbortController();
    const unwanted = pool.preview(
      { page: 1, token: 1, name: 'picture', bytes: new Uint8Array(1) },
      { signal: giveUp.signal, pixels: 1 },
    );
    giveUp.abort();
    await expect(unwanted).rejects.toMatchObject({ code: 'cancelled' });
    const shut = pool.shutdown();
    clock.advance(1);
    await shut;
    expect(await long).toMatchObject({ code: 'cancelled' });
  });
});
