import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { appendFile, copyFile, rename, rm, truncate } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { digestOf } from '../../main/files/durable.ts';
import { isTemporaryName } from '../../main/files/temporary-name.ts';
import { denying, mounting, remount, remountWhenIdle, setWritable } from './disks.ts';
import { steps, type Inside, type Moment } from './fault.ts';
import type { Plan } from './plans.ts';
import type { Random } from './random.ts';
import { filesBelow, startVictim, type Scene, type Victim } from './scene.ts';

/** What is done to a run, and what may be different afterwards because of it. */
export interface Outcome {
  /** The fault came while the run was still going on. */
  readonly hit: boolean;
  /** Originals that the play itself changed or removed, as they are now; undefined for gone. */
  readonly tampered?: ReadonlyMap<string, string | undefined>;
  /** Two runs worked on the same folder: each may have written its own copy. */
  readonly twice?: boolean;
  /** The run is not the one that was interrupted: it ended by itself, with failures, and is started again. */
  readonly again?: boolean;
}

export interface Stage {
  readonly scene: Scene;
  readonly plan: Plan;
  readonly recipe: unknown;
  readonly random: Random;
}

export interface Play {
  readonly name: string;
  /** Share of the rounds. */
  readonly weight: number;
  /** Why it cannot be played here. */
  readonly missing?: () => string | undefined;
  readonly plans?: readonly Plan[];
  play(stage: Stage): Promise<Outcome>;
}

function start({ scene, recipe }: Stage, fault?: Inside): Victim {
  const { state } = scene;
  const orders = { action: 'run', state, inputs: [scene.pictures], recipe } as const;
  return startVictim(fault === undefined ? orders : { ...orders, fault });
}

function goOn({ scene, recipe }: Stage, fault?: Inside): Victim {
  const { state } = scene;
  const orders = { action: 'resume', state, inputs: [scene.pictures], recipe } as const;
  return startVictim(fault === undefined ? orders : { ...orders, fault });
}

export function someMoment(random: Random): Moment {
  return { step: random.pick(steps), nth: random.between(1, 8), when: random.pick(['before', 'after']) };
}

/** Milliseconds within which an undisturbed run of this size is under way, with its start. */
const runMs = 3000;

async function killAtRandom(stage: Stage): Promise<Outcome> {
  const victim = start(stage);
  await Promise.race([sleep(stage.random.between(200, runMs)), victim.ended]);
  const hit = victim.process.exitCode === null && victim.process.signalCode === null;
  victim.process.kill('SIGKILL');
  await victim.ended;
  return { hit };
}

async function signalAtStep(stage: Stage, signal: NodeJS.Signals): Promise<Outcome> {
  const hit = await meanwhile(stage, someMoment(stage.random), ({ process: victim }) => {
    victim.kill(signal);
  });
  return { hit };
}

async function killWorkers(victim: Victim, random: Random): Promise<boolean> {
  let killed = false;
  const over = victim.ended.then(() => true);
  for (let n = random.between(1, 3); n > 0; n -= 1) {
    if (await Promise.race([sleep(random.between(100, 800), false), over])) break;
    const pids = childrenOf(victim.process.pid);
    if (pids.length === 0) continue;
    try {
      process.kill(random.pick(pids), 'SIGKILL');
      killed = true;
    } catch {
      // It had just ended.
    }
  }
  return killed;
}

function childrenOf(pid: number | undefined): number[] {
  try {
    return execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line !== '')
      .map(Number);
  } catch {
    // pgrep says so when there is none.
    return [];
  }
}

/** Runs to the moment, has something done to the world outside, and lets it go on. */
async function meanwhile(
  stage: Stage,
  at: Moment,
  act: (victim: Victim) => Promise<void> | void,
): Promise<boolean> {
  const victim = start(stage, { kind: 'tell', at });
  const hit = await victim.told.then(
    () => true,
    () => false,
  );
  if (hit) {
    await act(victim);
    victim.process.send('go on');
  }
  await victim.ended;
  return hit;
}

async function tamper({ scene, random }: Stage): Promise<ReadonlyMap<string, string | undefined>> {
  const names = (await filesBelow(scene.pictures))
    .map((path) => relative(scene.pictures, path))
    .filter((name) => !isTemporaryName(basename(name)));
  const name = random.pick(names);
  const path = join(scene.pictures, name);
  switch (random.between(0, 3)) {
    case 0:
      await appendFile(path, 'more');
      break;
    case 1:
      await truncate(path, 5000);
      break;
    case 2:
      await rm(path);
      return new Map([[name, undefined]]);
    default: {
      const other = join(scene.pictures, random.pick(names));
      await copyFile(other, `${path}.new`);
      await rename(`${path}.new`, path);
    }
  }
  return new Map([[name, await digestOf(path)]]);
}

export const plays: readonly Play[] = [
  {
    name: 'kill -9 at a step',
    weight: 12,
    async play(stage) {
      const at = someMoment(stage.random);
      const half = at.step === 'write' && stage.random.next() < 0.7;
      const end = await start(stage, { kind: 'kill', at, half }).ended;
      return { hit: end.signal === 'SIGKILL' };
    },
  },
  { name: 'kill -9 at any time', weight: 4, play: killAtRandom },
  {
    name: 'a second start on leftovers',
    weight: 2,
    async play(stage) {
      const { random } = stage;
      const step = random.pick(['about', 'link', 'rename', 'unlink', 'committed', 'done'] as const);
      const end = await start(stage, { kind: 'kill', at: { ...someMoment(random), step } }).ended;
      // One of them is slow, somewhere in the middle of what was left.
      const slow = random.pick(['open-read', 'stat', 'link', 'rename', 'unlink'] as const);
      const at = { step: slow, nth: random.between(1, 6), when: random.pick(['before', 'after'] as const) };
      const starts = [goOn(stage, { kind: 'stall', at, ms: 2000 }), goOn(stage)];
      await Promise.all(starts.map(({ ended }) => ended));
      return { hit: end.signal === 'SIGKILL' };
    },
  },
  { name: 'SIGTERM', weight: 2, play: (stage) => signalAtStep(stage, 'SIGTERM') },
  { name: 'Ctrl-C', weight: 2, play: (stage) => signalAtStep(stage, 'SIGINT') },
  {
    name: 'kill -9 of workers',
    weight: 2,
    async play(stage) {
      const victim = start(stage);
      const hit = await killWorkers(victim, stage.random);
      await victim.ended;
      return { hit, again: true };
    },
  },
  {
    name: 'kill -9 of workers and orchestrator',
    weight: 2,
    async play(stage) {
      const victim = start(stage);
      const hit = await killWorkers(victim, stage.random);
      victim.process.kill('SIGKILL');
      await victim.ended;
      return { hit };
    },
  },
  {
    name: 'an I/O error, once or from then on',
    weight: 3,
    async play(stage) {
      const { random } = stage;
      const code = random.pick(['EIO', 'ENOSPC', 'EACCES', 'ESTALE']);
      const at = {
        ...someMoment(random),
        step: random.pick([
          'open-new',
          'write',
          'sync',
          'link',
          'rename',
          'unlink',
          'copy',
          'open-read',
          'stat',
        ] as const),
      };
      const end = await start(stage, { kind: 'error', at, code, always: random.next() < 0.5 }).ended;
      return { hit: end.hit, again: true };
    },
  },
  {
    name: 'a step that stalls for two seconds',
    weight: 1,
    async play(stage) {
      const end = await start(stage, { kind: 'stall', at: someMoment(stage.random), ms: 2000 }).ended;
      return { hit: end.hit, again: true };
    },
  },
  {
    name: 'the clock jumps by a day',
    weight: 1,
    async play(stage) {
      const day = 24 * 3600 * 1000;
      const ms = stage.random.pick([day, -day]);
      const end = await start(stage, { kind: 'clock', at: someMoment(stage.random), ms }).ended;
      return { hit: end.hit, again: true };
    },
  },
  {
    name: 'a source is changed, cut, replaced or removed',
    weight: 3,
    async play(stage) {
      let tampered: Outcome['tampered'];
      const step = stage.random.pick(['read', 'run', 'about', 'announced', 'head'] as const);
      const hit = await meanwhile(stage, { ...someMoment(stage.random), step }, async () => {
        tampered = await tamper(stage);
      });
      return { hit, again: true, ...(tampered === undefined ? {} : { tampered }) };
    },
  },
  {
    name: 'the folder of outputs is removed',
    weight: 1,
    plans: ['folder'],
    async play(stage) {
      const hit = await meanwhile(stage, someMoment(stage.random), () =>
        rm(stage.scene.outputs, { recursive: true, force: true, maxRetries: 5 }),
      );
      return { hit, again: true };
    },
  },
  {
    name: 'the disk is full',
    weight: 2,
    missing: mounting,
    plans: ['folder'],
    async play(stage) {
      const { outputs } = stage.scene;
      execFileSync('mkdir', ['-p', outputs]);
      execFileSync('mount', [
        '-t',
        'tmpfs',
        '-o',
        `size=${String(stage.random.between(20, 120))}k`,
        'tmpfs',
        outputs,
      ]);
      const end = await start(stage).ended;
      remount(outputs, 'size=100m');
      return { hit: end.stdout.includes('destination-full'), again: true };
    },
  },
  {
    name: 'the disk of the journal is full',
    weight: 1,
    missing: mounting,
    async play(stage) {
      const { state } = stage.scene;
      execFileSync('mkdir', ['-p', state]);
      execFileSync('mount', [
        '-t',
        'tmpfs',
        '-o',
        `size=${String(stage.random.between(150, 500))}k`,
        'tmpfs',
        state,
      ]);
      const end = await start(stage).ended;
      remount(state, 'size=100m');
      return {
        hit: /destination-full|store-unusable|cannot be used/.test(end.stdout + end.stderr),
        again: true,
      };
    },
  },
  {
    name: 'the disk becomes read-only',
    weight: 1,
    missing: mounting,
    plans: ['folder'],
    async play(stage) {
      const { outputs } = stage.scene;
      execFileSync('mkdir', ['-p', outputs]);
      execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', outputs]);
      const step = stage.random.pick(['read', 'run', 'commit'] as const);
      const hit = await meanwhile(stage, { ...someMoment(stage.random), step, when: 'before' }, () => {
        remountWhenIdle(outputs);
        return Promise.resolve();
      });
      remount(outputs, 'rw');
      return { hit, again: true };
    },
  },
  {
    name: 'the right to write is lost midway',
    weight: 2,
    missing: denying,
    async play(stage) {
      const { scene, plan, random } = stage;
      const folder = plan === 'folder' ? scene.outputs : scene.pictures;
      const step = random.pick(['read', 'run', 'commit', 'about', 'open-new'] as const);
      const hit = await meanwhile(stage, { ...someMoment(random), step }, () => {
        mkdirSync(folder, { recursive: true });
        setWritable(folder, false);
      });
      if (hit) setWritable(folder, true);
      return { hit, again: true };
    },
  },
  {
    name: 'two at once on one folder and one state',
    weight: 2,
    async play(stage) {
      const [first, second] = [start(stage), start(stage)];
      if (stage.random.next() < 0.5) {
        await Promise.race([sleep(stage.random.between(300, runMs)), first.ended]);
        first.process.kill('SIGKILL');
      }
      await Promise.all([first.ended, second.ended]);
      return { hit: true, twice: true, again: true };
    },
  },
];
