import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { audit } from './audit.ts';
import { recipeOf } from './plans.ts';
import { createRandom } from './random.ts';
import { fingerprints, runVictim, startVictim } from './scene.ts';

export interface ManyResult {
  /** How often the run was killed in the middle. */
  readonly kills: number;
  readonly outputs: number;
  readonly problems: readonly string[];
}

/** One batch of very many small files, killed and gone on with again and again until it is done. */
export async function playMany(count: number, seed: number): Promise<ManyResult> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-faults-'));
  try {
    const scene = {
      folder,
      pictures: join(folder, 'pictures'),
      outputs: join(folder, 'outputs'),
      state: join(folder, 'state'),
    };
    await mkdir(scene.pictures);
    const outputs = new Map<string, string>();
    for (let index = 0; index < count; index += 1) {
      const background = { r: index % 256, g: (index >> 8) % 256, b: 77 };
      const bytes = await sharp({ create: { width: 16, height: 16, channels: 3, background } })
        .png()
        .toBuffer();
      await writeFile(join(scene.pictures, `${String(index)}.png`), bytes);
      outputs.set(`${String(index)}.webp`, '');
    }
    const originals = await fingerprints(scene.pictures);
    const orders = { state: scene.state, inputs: [scene.pictures], recipe: recipeOf('folder', scene) };
    const random = createRandom(seed);
    let kills = 0;
    for (let action: 'run' | 'resume' = 'run'; ; action = 'resume') {
      const victim = startVictim({ action, ...orders });
      const pause = new AbortController();
      const late = sleep(random.between(1500, 9000), 'late', { signal: pause.signal });
      const first = await Promise.race([late, victim.ended]);
      if (first !== 'late') {
        pause.abort();
        await late.catch(() => undefined);
        break;
      }
      victim.process.kill('SIGKILL');
      kills += (await victim.ended).signal === 'SIGKILL' ? 1 : 0;
    }
    await runVictim({ action: 'resume', ...orders });
    const made = await fingerprints(scene.outputs);
    // What is in them is compared with what the journal says was committed.
    for (const [name, { sha256 }] of made) if (outputs.has(name)) outputs.set(name, sha256);
    const full = { ...scene, originals, [Symbol.asyncDispose]: () => Promise.resolve() };
    return { kills, outputs: made.size, problems: await audit(full, { outputs, inPlace: false }) };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
