import { basename, join } from 'node:path';
import { isTemporaryName } from '../../main/files/temporary-name.ts';
import { journalLies } from './journal-lies.ts';
import { filesBelow, fingerprints, type Fingerprint, type Scene } from './scene.ts';

export interface Expected {
  /** Hash of each output of an undisturbed run, by its path below the folder of outputs (or of pictures, in place). */
  readonly outputs: ReadonlyMap<string, string>;
  readonly inPlace: boolean;
  /** Originals that the round itself has changed or removed, as they should be now; undefined for gone. */
  readonly tampered?: ReadonlyMap<string, string | undefined>;
}

/** Everything that is wrong, as sentences; none is what a round must end with. */
export async function audit(scene: Scene, expected: Expected): Promise<string[]> {
  return [
    ...(await lostOriginals(scene, expected)),
    ...(await wrongOutputs(scene, expected)),
    ...(await leftovers(scene)),
    ...journalLies(scene.state),
  ];
}

/** Every original is where it was, or in a backup, byte for byte. */
export async function lostOriginals(scene: Scene, { inPlace, tampered }: Expected): Promise<string[]> {
  const present = await fingerprints(scene.pictures);
  const backups = new Set(
    [...(await fingerprints(join(scene.state, 'backups'))).values()].map(({ sha256 }) => sha256),
  );
  const problems: string[] = [];
  for (const [name, { sha256 }] of scene.originals) {
    const wanted = tampered?.has(name) === true ? tampered.get(name) : sha256;
    if (wanted === undefined) continue;
    const isThere = present.get(name)?.sha256 === wanted;
    if (!isThere && !(inPlace && backups.has(wanted))) problems.push(`LOST: the original ${name}`);
  }
  return problems;
}

async function wrongOutputs(scene: Scene, { outputs, inPlace }: Expected): Promise<string[]> {
  const made = await fingerprints(inPlace ? scene.pictures : scene.outputs);
  const problems: string[] = [];
  for (const [name, sha256] of outputs) {
    const there = made.get(name);
    if (there === undefined) problems.push(`MISSING: the output ${name}`);
    else if (there.sha256 !== sha256)
      problems.push(`WRONG: the output ${name} is not what an undisturbed run makes`);
  }
  for (const name of made.keys()) {
    const isOriginal = inPlace && scene.originals.has(name);
    if (!outputs.has(name) && !isOriginal && !isTemporaryName(basename(name))) problems.push(`MORE: ${name}`);
  }
  return problems;
}

async function leftovers(scene: Scene): Promise<string[]> {
  const all = [...(await filesBelow(scene.folder)), ...(await filesBelow(scene.state))];
  return all.filter((path) => isTemporaryName(basename(path))).map((path) => `LEFT: ${path}`);
}

/** After an undo: every original in its place with its date, and nothing else. */
export async function notUndone(scene: Scene): Promise<string[]> {
  const present = await fingerprints(scene.pictures);
  const problems: string[] = [];
  for (const [name, original] of scene.originals) {
    const there = present.get(name);
    if (there === undefined) problems.push(`NOT BACK: ${name}`);
    else if (!isSame(there, original)) problems.push(`NOT BACK: ${name} has other bytes or another date`);
  }
  for (const name of present.keys()) if (!scene.originals.has(name)) problems.push(`MORE: ${name}`);
  return problems;
}

function isSame(a: Fingerprint, b: Fingerprint): boolean {
  // A copy keeps the date to the microsecond.
  return a.sha256 === b.sha256 && Math.abs(a.modifiedMs - b.modifiedMs) < 0.01;
}
