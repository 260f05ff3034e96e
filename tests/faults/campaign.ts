import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { audit, lostOriginals, notUndone, type Expected } from './audit.ts';
import { choosePictures, plans, recipeOf, undisturbed, type Plan } from './plans.ts';
import { plays, someMoment, type Outcome, type Play } from './plays.ts';
import { createRandom, type Random } from './random.ts';
import { runVictim, setScene, type Scene, type VictimEnd } from './scene.ts';

export interface RoundResult {
  readonly round: number;
  readonly play: string;
  readonly plan: Plan;
  readonly hit: boolean;
  /** Sentences; none is right. */
  readonly problems: readonly string[];
}

export interface CampaignOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly onRound: (result: RoundResult) => void;
  /** Plays of these names alone. */
  readonly only?: string | undefined;
  /** This round alone. */
  readonly round?: number | undefined;
}

/** Plays rounds of faults against the command line and audits what is left after each. */
export async function runCampaign({
  rounds,
  seed,
  onRound,
  only,
  round: alone,
}: CampaignOptions): Promise<RoundResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-faults-'));
  try {
    const pictures = await choosePictures(folder);
    const expected = new Map<Plan, ReadonlyMap<string, string>>();
    for (const plan of plans) expected.set(plan, await undisturbed(plan, pictures));
    const possible = plays.filter(
      (play) => play.missing?.() === undefined && (only === undefined || play.name.includes(only)),
    );
    const results: RoundResult[] = [];
    for (let round = alone ?? 1; round <= (alone ?? rounds); round += 1) {
      // Each round has a seed of its own, so that one alone can be played again.
      const random = createRandom(seed * 1_000_003 + round);
      const play = weighted(possible, random);
      const plan = random.pick(play.plans ?? plans);
      const result = {
        round,
        play: play.name,
        plan,
        ...(await playRound(play, plan, pictures, expected.get(plan) ?? new Map(), random)),
      };
      results.push(result);
      onRound(result);
    }
    return results;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Memory that looks like a disk of its own, where there is some: backups there are copies. */
function otherDisk(): string | undefined {
  return existsSync('/dev/shm') ? '/dev/shm' : undefined;
}

function weighted(possible: readonly Play[], random: Random): Play {
  return random.pick(possible.flatMap((play) => Array<Play>(play.weight).fill(play)));
}

async function playRound(
  play: Play,
  plan: Plan,
  pictures: readonly string[],
  outputs: ReadonlyMap<string, string>,
  random: Random,
): Promise<Pick<RoundResult, 'hit' | 'problems'>> {
  await using scene = await setScene(pictures, random.next() < 0.3 ? otherDisk() : undefined);
  const recipe = recipeOf(plan, scene);
  try {
    const outcome = await play.play({ scene, plan, recipe, random });
    const { tampered } = outcome;
    const expected: Expected = {
      outputs,
      inPlace: plan !== 'folder',
      ...(tampered === undefined ? {} : { tampered }),
    };
    const problems: string[] = [];
    if (tampered === undefined) problems.push(...(await lostOriginals(scene, expected)));
    problems.push(...(await recover(scene, recipe, outcome)));
    problems.push(...(await audit(scene, expected)).filter((problem) => isTold(problem, outcome)));
    if (plan !== 'folder' && tampered === undefined && problems.length === 0) {
      problems.push(...(await undoAll(scene, random)));
    }
    return { hit: outcome.hit, problems };
  } finally {
    unmount(scene.outputs);
    unmount(scene.state);
  }
}

/** What a person does after it: start again, which goes on; and once more the same, where it had ended with failures. */
async function recover(
  scene: Scene,
  recipe: unknown,
  { again, tampered, twice }: Outcome,
): Promise<string[]> {
  const { state } = scene;
  const common = { state, inputs: [scene.pictures], recipe };
  const resumed = await runVictim({ action: 'resume', ...common });
  const isUnknown = !resumed.stdout.includes('"event":"summary"');
  const ends = [resumed];
  // Nothing was written down: the batch had not begun.
  if (again === true || isUnknown) ends.push(await runVictim({ action: 'run', ...common }));
  // A picture that is gone, or that the other of two runs took away, cannot be converted any more.
  const mayFail = tampered !== undefined || twice === true;
  return ends.flatMap((end) => unexpected(end, mayFail));
}

/** The undisturbed run has no failures, and so has none that goes on. */
function unexpected({ code, stdout, stderr }: VictimEnd, mayFail: boolean): string[] {
  if (code === 0 || (code === 1 && mayFail)) return [];
  const said = stdout.split('\n').filter((line) => /failed|error/.test(line));
  return [
    `${code === 1 ? 'FAILED' : 'CRASHED'}: ${String(code)} ${stderr.slice(-2000)}${said.join('\n').slice(-2000)}`,
  ];
}

/** Whether a problem is one, after what the play itself has done. */
function isTold(problem: string, { tampered, twice }: Outcome): boolean {
  for (const [name, now] of tampered ?? []) {
    const stem = name.replace(/\.\w+$/, '');
    // What was written to it must not be lost; what became of it may be anything.
    const isAbout = new RegExp(`[ /]${stem}( \\(\\d+\\))?\\.`).test(problem);
    if (isAbout && !(problem.startsWith('LOST') && now !== undefined)) return false;
  }
  return !(twice === true && /^MORE: .* \(\d\)\.webp$/.test(problem));
}

/** Undo, interrupted at some step in half of the rounds and then done again. */
async function undoAll(scene: Scene, random: Random): Promise<string[]> {
  const orders = { action: 'undo', state: scene.state, inputs: [], recipe: {} } as const;
  if (random.next() < 0.5) {
    await runVictim({ ...orders, fault: { kind: 'kill', at: someMoment(random) } });
  }
  // One batch each time, until there is none with a backup left.
  const ends: VictimEnd[] = [];
  for (let n = 0; n < 4; n += 1) ends.push(await runVictim(orders));
  const problems = await notUndone(scene);
  return problems.length === 0
    ? []
    : [...problems, ...ends.map(({ stdout, stderr }) => `UNDO: ${stdout}${stderr}`)];
}

function unmount(folder: string): void {
  try {
    execFileSync('umount', [folder], { stdio: 'ignore' });
  } catch {
    // It was not a disk of its own.
  }
}
