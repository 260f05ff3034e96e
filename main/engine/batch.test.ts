import { describe, expect, it } from 'vitest';
import type { Intake, Source } from '../../contract/batch.ts';
import { MillraceError, toWireError } from '../../contract/errors.ts';
import { parseRecipe } from '../../contract/recipe.ts';
import {
  createMemoryWorld,
  file,
  intake,
  untilEnded,
  type MemoryWorldOptions,
} from '../../tests/fixtures/memory-world.ts';
import { createMemoryBudget } from './admission.ts';
import { startBatch } from './batch.ts';

function start(options: MemoryWorldOptions = {}, budget = createMemoryBudget(1e12, 1e12)) {
  const world = createMemoryWorld(options);
  const batch = startBatch({ recipe: parseRecipe({ quality: 80 }), world, budget });
  return { world, batch };
}

const names = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${String(index + 1)}.jpg`);

describe('a batch', () => {
  it('commits an output for every source and ends', async () => {
    const { world, batch } = start({ instant: true });
    batch.add(intake('a.jpg', 'b.jpg', 'c.jpg'));
    const told = await untilEnded(batch);
    expect([...world.committed.keys()].sort()).toEqual(['/out/a.jpg', '/out/b.jpg', '/out/c.jpg']);
    expect(told.filter((event) => event.type === 'job.done')).toHaveLength(3);
    expect(batch.progress().counts).toMatchObject({ total: 3, done: 3, waiting: 0, running: 0 });
    expect(batch.progress().bytesIn).toBe(15);
  });

  it('ends at once when there is nothing to do', async () => {
    const { batch } = start();
    batch.add(intake());
    expect(await untilEnded(batch)).toMatchObject([{ type: 'ended', progress: { counts: { total: 0 } } }]);
  });

  it('takes more sources while it works', async () => {
    const { world, batch } = start({ workers: 1 });
    batch.add(intake('a.jpg'));
    const told = untilEnded(batch);
    await world.until(() => world.runs.length === 1);
    batch.add(intake('b.jpg'));
    await world.until(() => world.runs.length === 2);
    world.runs[0]?.finish();
    world.runs[0]?.finish();
    await told;
    expect(world.committed.size).toBe(2);
  });

  it('reads headers only so far ahead of the workers', async () => {
    const { world, batch } = start({ workers: 1 });
    batch.add(intake(...names(500)));
    void untilEnded(batch);
    await world.until(() => world.runs.length === 4);
    await new Promise(setImmediate);
    // 64 ahead of one worker, 4 in lanes.
    expect(world.heads.length).toBeLessThanOrEqual(68);
    await batch.cancel();
  });

  it('gives names in the order of intake, whichever header is read first', async () => {
    const slow = Promise.withResolvers<void>();
    const { world, batch } = start({ instant: true });
    const { head } = world.sources;
    Object.assign(world.sources, {
      head: async (...args: Parameters<typeof head>) => {
        const told = await head(...args);
        if (told.stem === 'first') await slow.promise;
        else slow.resolve();
        return { ...told, stem: 'same' };
      },
    });
    batch.add(intake('first.jpg', 'second.jpg'));
    await untilEnded(batch);
    expect(new TextDecoder().decode(world.committed.get('/out/same.jpg'))).toBe('first.jpg');
    expect(new TextDecoder().decode(world.committed.get('/out/same (2).jpg'))).toBe('second.jpg');
  });

  it('gives the memory of a file and of its output back once it is done, and leaves that of a link to its download', async () => {
    const { world, batch } = start({ instant: true });
    const { read } = world.sources;
    const { run } = world.workers;
    const had = new Map<Source, Uint8Array>();
    const made: Uint8Array[] = [];
    Object.assign(world.sources, {
      read: async (...args: Parameters<typeof read>) => {
        const bytes = await read(...args);
        had.set(args[0], bytes);
        return bytes;
      },
    });
    Object.assign(world.workers, {
      run: async (...args: Parameters<typeof run>) => {
        const bytes = Uint8Array.of(1, 2, 3);
        made.push(bytes);
        return { ...(await run(...args)), bytes };
      },
    });
    const link: Source = { kind: 'link', url: 'https://example.org/b.jpg' };
    batch.add(intake('a.jpg', link));
    await untilEnded(batch);
    const lengths = [...had].map(([{ kind }, { length }]) => [kind, length]);
    expect(Object.fromEntries(lengths)).toEqual({ file: 0, link: link.url.length });
    expect(made.map(({ length }) => length)).toEqual([0, 0]);
    expect([...world.committed.values()].map(({ length }) => length)).toEqual([3, 3]);
  });

  it('starts the longest job it knows first', async () => {
    const { world, batch } = start({
      workers: 1,
      head: (name) => (name === 'huge.jpg' ? { width: 9000, height: 9000 } : {}),
    });
    batch.add(intake(...names(8), 'huge.jpg', ...names(3)));
    void untilEnded(batch);
    await world.until(() => world.runs.length === 4);
    await new Promise(setImmediate);
    world.runs[0]?.finish();
    await world.until(() => world.runs.some((run) => run.name === 'huge.jpg'));
    expect(world.heads.indexOf('huge.jpg')).toBeGreaterThan(4);
    await batch.cancel();
  });
});

it('a time limit is told of the larger of what goes in and what comes out', async () => {
  const world = createMemoryWorld({ instant: true });
  const pixels: number[] = [];
  const { run } = world.workers;
  Object.assign(world.workers, {
    run: (...[params, options]: Parameters<typeof run>) => {
      pixels.push(options.pixels);
      return run(params, options);
    },
  });
  for (const resize of [{ longestEdge: 6000, enlarge: true }, { longestEdge: 100 }]) {
    const recipe = parseRecipe({ to: 'png', resize });
    const batch = startBatch({ recipe, world, budget: createMemoryBudget(1e12, 1e12) });
    batch.add(intake('logo.svg'));
    await untilEnded(batch);
  }
  expect(pixels).toEqual([36e6, 1e6]);
});

describe('a reader that takes nothing', () => {
  it.each([
    ['files that are left out', { kind: 'skipped', path: '/in/a.txt', reason: 'not-an-image' }],
    [
      'files that fail at once',
      {
        kind: 'failed',
        source: file('a.jpg'),
        error: toWireError(new MillraceError('empty-file', 'Empty.')),
      },
    ],
  ] satisfies [string, Intake][])('holds the intake back before too many %s', async (_, item) => {
    let taken = 0;
    async function* endless(): AsyncGenerator<Intake> {
      for (; taken < 5000; taken += 1) {
        await Promise.resolve();
        yield item;
      }
    }
    const { batch } = start();
    batch.add(endless());
    for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate);
    expect(taken).toBeGreaterThan(900);
    expect(taken).toBeLessThan(1100);
    expect(await untilEnded(batch)).toHaveLength(5001);
  });
});

describe('attempts', () => {
  it('tries a job again when its worker died, and tells', async () => {
    const { world, batch } = start({ workers: 1 });
    batch.add(intake('a.jpg'));
    const told = untilEnded(batch);
    await world.until(() => world.runs.length === 1);
    world.runs[0]?.fail(new MillraceError('worker-crashed', 'It crashed.', { retriable: true }));
    await world.until(() => world.runs.length === 1);
    world.runs[0]?.finish();
    expect((await told).map((event) => event.type)).toEqual([
      'job.started',
      'job.retried',
      'job.done',
      'ended',
    ]);
  });

  it('sets a job aside after it ended two workers, and goes on with the others', async () => {
    const { world, batch } = start({ workers: 1 });
    batch.add(intake('bomb.jpg', 'good.jpg'));
    const told = untilEnded(batch);
    for (let ended = 0; ended < 3; ended += 1) {
      await world.until(() => world.runs[0]?.started === true);
      if (world.runs[0]?.name === 'good.jpg') world.runs[0].finish();
      else world.runs[0]?.fail(new MillraceError('worker-crashed', 'It crashed.', { retriable: true }));
      await new Promise(setImmediate);
    }
    const failed = (await told).find((event) => event.type === 'job.failed');
    expect(failed).toMatchObject({ job: { attempts: 2 }, error: { code: 'worker-crashed' } });
    expect(failed?.error.message).toMatch(/^bomb\.jpg was set aside: .*twice/);
    expect(world.committed.size).toBe(1);
  });

  it('does not try again what would fail again', async () => {
    const { world, batch } = start({ workers: 1 });
    batch.add(intake('a.jpg'));
    const told = untilEnded(batch);
    await world.until(() => world.runs.length === 1);
    world.runs[0]?.fail(new MillraceError('damaged-image', 'a.jpg is damaged.'));
    expect((await told).at(-2)).toMatchObject({ type: 'job.failed', error: { code: 'damaged-image' } });
  });

  it('stops with one error when workers cannot start', async () => {
    const { world, batch } = start({ workers: 1 });
    batch.add(intake(...names(50)));
    const told = untilEnded(batch);
    await world.until(() => world.runs.length > 0);
    world.runs[0]?.fail(new MillraceError('workers-cannot-start', 'No worker starts.'));
    const events = await told;
    expect(events.filter((event) => event.type === 'stopped')).toHaveLength(1);
    expect(events.filter((event) => event.type === 'job.failed')).toHaveLength(1);
    expect(batch.progress().counts).toMatchObject({ waiting: 0, running: 0, failed: 1 });
  });

  it('retries what failed when asked', async () => {
    let broken = true;
    const { world, batch } = start({
      instant: true,
      commit: () => {
        if (broken) throw new MillraceError('destination-full', 'The disk is full.');
      },
    });
    batch.add(intake('a.jpg'));
    const events = batch.events[Symbol.asyncIterator]();
    async function next(type: string): Promise<void> {
      for (let told = await events.next(); told.done !== true && told.value.type !== type;)
        told = await events.next();
    }
    await next('ended');
    expect(batch.progress().counts.failed).toBe(1);
    broken = false;
    void batch.retry();
    await next('ended');
    expect(batch.progress().counts).toMatchObject({ failed: 0, done: 1, total: 1 });
    expect(world.committed.size).toBe(1);
  });
});

describe('pause and cancel', () => {
  it('starts nothing while paused and takes back what no worker has', async () => {
    const { world, batch } = start({ workers: 1 });
    batch.add(intake(...names(3)));
    const told = untilEnded(batch);
    await world.until(() => world.runs.length === 3);
    batch.pause();
    await world.until(() => world.runs.length === 1);
    world.runs[0]?.finish();
    await world.until(() => world.committed.size === 1);
    await new Promise(setImmediate);
    expect(world.runs).toHaveLength(0);
    batch.resume();
    for (let left = 2; left > 0; left -= 1) {
      await world.until(() => world.runs.length > 0);
      world.runs[0]?.finish();
    }
    await told;
    expect(world.committed.size).toBe(3);
  });

  it('cancels waiting jobs at once and running ones by their signal', async () => {
    const { world, batch } = start({ workers: 1 });
    batch.add(intake(...names(40)));
    const told = untilEnded(batch);
    await world.until(() => world.runs.length === 4);
    await batch.cancel();
    expect(world.runs).toHaveLength(0);
    const counts = batch.progress().counts;
    expect(counts).toMatchObject({ waiting: 0, running: 0, done: 0 });
    expect(counts.cancelled).toBe(counts.total);
    expect((await told).at(-1)?.type).toBe('ended');
    expect(world.reserved.size).toBe(0);
  });

  it('cancels a job whose name is being reserved at that very moment', async () => {
    const { world, batch } = start({ workers: 1 });
    const { reserve } = world.outputs;
    const reserving = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    Object.assign(world.outputs, {
      reserve: async (...args: Parameters<typeof reserve>) => {
        const reservation = await reserve(...args);
        reserving.resolve();
        await goOn.promise;
        return reservation;
      },
    });
    batch.add(intake('a.jpg'));
    const told = untilEnded(batch);
    await reserving.promise;
    const quiet = batch.cancel();
    goOn.resolve();
    await quiet;
    expect((await told).map((event) => event.type)).toEqual(['job.cancelled', 'ended']);
    expect(world.reserved.size).toBe(0);
  });

  it('cancels jobs that a pause has just taken back', async () => {
    const { world, batch } = start({ workers: 1 });
    batch.add(intake(...names(3)));
    const told = untilEnded(batch);
    await world.until(() => world.runs.length === 3);
    batch.pause();
    await batch.cancel();
    expect((await told).at(-1)?.type).toBe('ended');
    expect(batch.progress().counts).toMatchObject({ cancelled: 3, waiting: 0, running: 0 });
    expect(world.reserved.size).toBe(0);
  });

  it('cancels one job and no other', async () => {
    const { world, batch } = start({ workers: 1 });
    batch.add(intake('a.jpg', 'b.jpg'));
    const told = untilEnded(batch);
    await world.until(() => world.runs.length === 2);
    batch.cancelJob(1);
    await world.until(() => world.runs.length === 1 && world.runs[0]?.name === 'b.jpg');
    world.runs[0]?.finish();
    await told;
    expect(batch.progress().counts).toMatchObject({ cancelled: 1, done: 1 });
  });
});

describe('memory', () => {
  it('never has more in work than the budget allows', async () => {
    // Each job is estimated at 12 MB and a little.
    const budget = createMemoryBudget(30e6, 1e9);
    const { world, batch } = start({ workers: 4 }, budget);
    batch.add(intake(...names(6)));
    const told = untilEnded(batch);
    for (let left = 6; left > 0; left -= 1) {
      await world.until(() => world.runs.length >= Math.min(2, left));
      await new Promise(setImmediate);
      expect(world.runs.length).toBeLessThanOrEqual(2);
      world.runs[0]?.finish();
    }
    await told;
    expect(budget.used).toBe(0);
    expect(world.committed.size).toBe(6);
  });

  it('runs a job larger than the budget alone, and refuses one larger than the machine', async () => {
    const budget = createMemoryBudget(30e6, 1e9);
    const { world, batch } = start(
      {
        workers: 4,
        head: (name) => {
          if (name === 'large.jpg') return { width: 5000, height: 5000 };
          return name === 'absurd.jpg' ? { width: 30_000, height: 30_000 } : {};
        },
      },
      budget,
    );
    batch.add(intake('large.jpg', 'absurd.jpg'));
    const told = untilEnded(batch);
    await world.until(() => world.runs.length === 1);
    expect(world.runs[0]?.name).toBe('large.jpg');
    world.runs[0]?.finish();
    const failed = (await told).find((event) => event.type === 'job.failed');
    expect(failed).toMatchObject({ error: { code: 'not-enough-memory' } });
    expect(failed?.error.message).toContain('absurd.jpg');
  });
});

describe('a batch that is held', () => {
  const isFull = (error: MillraceError): boolean => error.code === 'destination-full';

  it('keeps every job and its name, and goes on when it is resumed', async () => {
    let room = 1;
    const world = createMemoryWorld({
      instant: true,
      commit: () => {
        if (room <= 0) throw new MillraceError('destination-full', 'The disk is full.');
        room -= 1;
      },
    });
    const budget = createMemoryBudget(1e12, 1e12);
    const batch = startBatch({ recipe: parseRecipe({}), world, budget, holds: isFull });
    batch.add(intake(...names(40)));
    const told: string[] = [];
    for await (const event of { [Symbol.asyncIterator]: () => batch.events[Symbol.asyncIterator]() }) {
      told.push(event.type);
      if (event.type === 'held') {
        // Those under way find out too; none of them fails.
        await new Promise(setImmediate);
        expect(batch.progress().counts).toMatchObject({ failed: 0, running: 0, done: 1 });
        room = 40;
        batch.resume();
      }
      if (event.type === 'ended') break;
    }
    expect(told.filter((type) => type === 'held')).toHaveLength(1);
    expect(batch.progress().counts).toMatchObject({ done: 40, total: 40 });
    expect(world.committed.size).toBe(40);
    expect(world.reserved.size).toBe(0);
    expect(budget.used).toBe(0);
  });

  it('can be cancelled', async () => {
    const world = createMemoryWorld({
      instant: true,
      commit: () => {
        throw new MillraceError('destination-full', 'The disk is full.');
      },
    });
    const budget = createMemoryBudget(1e12, 1e12);
    const batch = startBatch({ recipe: parseRecipe({}), world, budget, holds: isFull });
    batch.add(intake(...names(10)));
    for await (const event of batch.events) {
      if (event.type === 'held') void batch.cancel();
      if (event.type === 'ended') break;
    }
    const { counts } = batch.progress();
    expect(counts).toMatchObject({ cancelled: counts.total, waiting: 0 });
    expect(world.reserved.size).toBe(0);
  });
});

describe('jobs by number', () => {
  it('are retried, also those that were cancelled while they waited in line, and only once', async () => {
    const { world, batch } = start({ workers: 1 });
    batch.add(intake(...names(200)));
    const told = untilEnded(batch);
    await world.until(() => world.runs.length === 4);
    while (batch.lastId < 200) await new Promise(setImmediate);
    // The last one's header has not been read.
    batch.cancelJob(200);
    await batch.retry([200]);
    batch.cancelJob(200);
    await batch.retry([200, 1, 99]);
    while (world.committed.size < 200) {
      await world.until(() => world.runs.length > 0);
      for (const run of [...world.runs]) run.finish();
      await new Promise(setImmediate);
    }
    await told;
    expect(world.heads.filter((name) => name === '200.jpg')).toHaveLength(1);
    expect(batch.progress().counts).toMatchObject({ done: 200, total: 200 });
  });

  it('are taken out wherever they are, and leave nothing behind', async () => {
    const changed: number[] = [];
    const world = createMemoryWorld({ workers: 1 });
    const budget = createMemoryBudget(1e12, 1e12);
    const onChange = (id: number): void => void changed.push(id);
    const batch = startBatch({ recipe: parseRecipe({}), world, budget, onChange });
    batch.add(intake(...names(40)));
    const told = untilEnded(batch);
    await world.until(() => world.runs.length === 4);
    while (batch.lastId < 40) await new Promise(setImmediate);
    changed.length = 0;
    await batch.remove(Array.from({ length: 39 }, (_, at) => at + 1));
    await world.until(() => world.runs.some(({ name }) => name === '40.jpg'));
    expect(new Set(changed)).toEqual(new Set(Array.from({ length: 40 }, (_, at) => at + 1)));
    expect(batch.job(1)).toBeUndefined();
    world.runs[0]?.finish();
    await told;
    expect(batch.progress().counts).toMatchObject({ total: 1, done: 1, cancelled: 0, waiting: 0 });
    expect(budget.used).toBe(0);
    expect(world.reserved.size).toBe(0);
    await batch.remove([40]);
    expect(batch.progress()).toMatchObject({ counts: { total: 0, done: 0 }, bytesIn: 0, bytesOut: 0 });
  });
});
