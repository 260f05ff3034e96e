// npm run screenshots [-- state...]: every screen and state of the built app, light, dark and with high contrast, to
// docs/screenshots, or to the folder that MILLRACE_SCREENSHOTS names.
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { canMount } from '../fixtures/can-mount.ts';
import { newHome, openApp, type AppUnderTest } from './app.ts';
import { provideHost } from './find-host.ts';

/** `contrast`: with the few colours that a person has told the system to use. */
type Theme = 'light' | 'dark' | 'contrast';

const folder = process.env['MILLRACE_SCREENSHOTS'] ?? join(import.meta.dirname, '../../docs/screenshots');
const samples = join(import.meta.dirname, '../../resources/samples');
const wide = [1280, 800] as const;
const narrow = [640, 480] as const;
const wanted = process.argv.slice(2);

provideHost();
await mkdir(folder, { recursive: true });
for (const theme of ['light', 'dark', 'contrast'] as const) {
  await photograph(theme);
  await photographPast(theme);
  await photographOdd(theme);
}

async function photograph(theme: Theme): Promise<void> {
  await using app = await openApp();
  const { page, agent } = app;
  const shot = (name: string): Promise<void> => take(app, `${name}-${theme}`);
  const both = async (name: string): Promise<void> => {
    await shot(name);
    if (theme !== 'contrast') await inNarrow(app, () => shot(`${name}-narrow`));
  };
  await agent.resizeWindow(...wide);
  await app.systemPrefers(theme === 'light' ? 'light' : 'dark');
  if (theme === 'contrast') await page.emulateMedia({ forcedColors: 'active' });
  await page.getByRole('heading', { name: 'Drop pictures' }).waitFor();
  await both('empty');

  await page.getByText('More', { exact: true }).click();
  await shot('recipe-more');
  await page.getByRole('combobox', { name: 'Likeness' }).selectOption('A fixed quality');
  await page.getByText('quality 80, beside').waitFor();
  await page.getByRole('button', { name: 'Save as preset' }).click();
  await page.getByRole('textbox', { name: 'Name of the preset' }).fill('For the club');
  await shot('preset-naming');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('combobox', { name: 'Likeness' }).selectOption('Very good');
  await page.getByRole('combobox', { name: 'Size' }).selectOption('Longest edge');
  await page.getByRole('spinbutton').first().fill('0');
  await page.locator('[aria-invalid=true]').first().waitFor();
  await shot('recipe-invalid');
  await page.getByRole('combobox', { name: 'Size' }).selectOption('As it is');
  await page.getByText('More', { exact: true }).click();
  await agent.resizeWindow(...narrow);
  await shot('recipe-narrow');
  await agent.resizeWindow(...wide);

  const trip = await pictures(join(app.home, 'Pictures/Lake weekend'));
  await app.drop([trip]);
  await page.getByRole('gridcell', { name: 'Done', exact: true }).nth(1).waitFor({ timeout: 120_000 });
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText(/^Paused at/).waitFor();
  await page.getByRole('button', { name: /^Working/ }).waitFor({ state: 'detached' });
  await thumbnails(app);
  await shot('paused');
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('gridcell', { name: 'Working', exact: true }).first().waitFor();
  await both('busy');
  await page.getByRole('region', { name: 'Result' }).waitFor({ timeout: 300_000 });
  await thumbnails(app);
  await both('done');

  const row = page.getByRole('row').filter({ hasText: 'Morning on the lake' });
  await row.click({ button: 'right' });
  await page.getByRole('menu').waitFor();
  await shot('menu');
  await page.keyboard.press('Escape');
  await page.getByRole('menu').waitFor({ state: 'detached' });

  await row.getByRole('button', { name: 'Compare', exact: true }).click();
  const compare = page.getByRole('dialog');
  await compare.getByRole('img', { name: 'Result', exact: true }).waitFor();
  await settled(app);
  await both('compare');
  await compare.getByRole('button', { name: 'Differences' }).click();
  await compare.getByText('different', { exact: true }).waitFor();
  await both('compare-heat');
  await compare.getByRole('button', { name: 'Side by side' }).click();
  await compare.getByRole('button', { name: '100 %' }).click();
  await shot('compare-side');
  await compare.getByRole('button', { name: 'Differences' }).click();
  await compare.getByRole('button', { name: 'Flicker' }).click();
  await compare.getByRole('img', { name: 'Original', exact: true }).waitFor();
  await shot('compare-flicker');
  await page.keyboard.press('Escape');
  await compare.waitFor({ state: 'detached' });

  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByRole('dialog', { name: 'Settings' }).waitFor();
  await shot('settings');
  await agent.resizeWindow(...narrow);
  await shot('settings-narrow');
  await agent.resizeWindow(...wide);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });

  const good = await readFile(join(trip, 'Ridges at dusk.jpg'));
  await writeFile(join(trip, 'Torn in the middle.jpg'), good.subarray(0, 4000));
  await writeFile(join(trip, 'Empty.png'), '');
  await writeFile(join(trip, 'notes.txt'), 'Bring the good lens.');
  await app.drop([trip]);
  await page.getByRole('heading', { name: /failed/ }).waitFor();
  await page.getByRole('button', { name: /^Failed/ }).click();
  await thumbnails(app, 'img, svg');
  await both('failed');
}

/** Originals that were replaced, a batch that goes on after its app was killed, and the history of both. */
async function photographPast(theme: Theme): Promise<void> {
  const home = await newHome();
  try {
    {
      await using app = await openAt(home, theme);
      const { page } = app;
      await page
        .getByRole('combobox', { name: 'Save', exact: true })
        .selectOption('In place of the original');
      await page.getByText('The originals are kept and can be put back.').waitFor();
      await take(app, `empty-in-place-${theme}`);
      await app.drop([await pictures(join(home, 'Pictures/Lake weekend'))]);
      await app.answer({ button: 'Replace' });
      await page.getByRole('button', { name: 'Put originals back' }).waitFor({ timeout: 300_000 });
      await thumbnails(app);
      await take(app, `replaced-${theme}`);
      await page.getByRole('button', { name: 'Start again' }).click();
      await page.getByRole('combobox', { name: 'Save', exact: true }).selectOption('Beside the original');
      await page.getByText('beside the originals').waitFor();
      await app.drop([await pictures(join(home, 'Pictures/Autumn'))]);
      await page.getByRole('gridcell', { name: 'Done', exact: true }).nth(1).waitFor({ timeout: 120_000 });
      process.kill(app.pid, 'SIGKILL');
      await app.exited;
    }
    await using app = await openAt(home, theme);
    const { page } = app;
    await page.getByText('The batch that was interrupted goes on where it was.').waitFor();
    await page.getByRole('gridcell', { name: 'Working', exact: true }).first().waitFor();
    await take(app, `resumed-${theme}`);
    await page.getByRole('region', { name: 'Result' }).waitFor({ timeout: 300_000 });
    await page.getByRole('button', { name: 'History', exact: true }).click();
    await page.getByRole('dialog', { name: 'History' }).getByRole('listitem').nth(1).waitFor();
    await take(app, `history-${theme}`);
    if (theme !== 'contrast') await inNarrow(app, () => take(app, `history-${theme}-narrow`));
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** What does not happen every day: a drag above the window, nothing to do, a batch called off, a disk that is full. */
async function photographOdd(theme: Theme): Promise<void> {
  const home = await newHome();
  try {
    await using app = await openAt(home, theme);
    const { page } = app;
    const empty = join(home, 'Pictures/Nothing yet');
    await mkdir(empty);
    await page.getByRole('heading', { name: 'Drop pictures' }).waitFor();
    await app.dragOver([empty]);
    await page.locator('.veil').waitFor();
    await take(app, `drag-${theme}`);
    await app.drop([empty]);
    await page.getByRole('region', { name: 'Result' }).waitFor();
    await take(app, `empty-folder-${theme}`);

    const trip = await pictures(join(home, 'Pictures/Lake weekend'));
    await app.drop([trip]);
    await page.getByRole('gridcell', { name: 'Done', exact: true }).first().waitFor({ timeout: 120_000 });
    await page.getByRole('contentinfo').getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('region', { name: 'Result' }).waitFor();
    await take(app, `cancelled-${theme}`);

    if (!canMount()) return;
    const disk = join(home, 'Memory card');
    await mkdir(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'tmpfs', disk]);
    try {
      await page.getByRole('button', { name: 'Start again' }).click();
      await page.getByRole('combobox', { name: 'Save', exact: true }).selectOption('In a folder');
      await app.answer({ paths: [disk] });
      await page.getByText('into Memory card').waitFor();
      await app.drop([await pictures(join(home, 'Pictures/Autumn'))]);
      await page.getByRole('button', { name: 'Continue' }).waitFor({ timeout: 120_000 });
      await take(app, `held-${theme}`);
    } finally {
      execFileSync('umount', ['-l', disk]);
    }
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function openAt(home: string, theme: Theme): Promise<AppUnderTest> {
  const app = await openApp({ home });
  await app.agent.resizeWindow(...wide);
  await app.systemPrefers(theme === 'light' ? 'light' : 'dark');
  if (theme === 'contrast') await app.page.emulateMedia({ forcedColors: 'active' });
  return app;
}

/** Where there is little room a person has the list, not the recipe beside it. */
async function inNarrow(app: AppUnderTest, work: () => Promise<void>): Promise<void> {
  const { page } = app;
  const panel = page.getByRole('complementary', { name: 'Recipe' });
  // Behind a dialog nothing can be reached, nor seen.
  const closes = (await panel.isVisible()) && (await page.getByRole('dialog').count()) === 0;
  if (closes) await panel.getByRole('button', { name: 'Close recipe' }).click();
  await app.agent.resizeWindow(...narrow);
  await settled(app);
  await work();
  await app.agent.resizeWindow(...wide);
  if (closes) await page.getByRole('banner').getByRole('button', { name: 'Recipe' }).click();
  await settled(app);
}

/** Those that come with Millrace, and parts of them as a person might have taken them too. */
async function pictures(target: string): Promise<string> {
  await mkdir(target, { recursive: true });
  const names = await readdir(samples);
  for (const name of names) await copyFile(join(samples, name), join(target, name));
  const parts: [string, string, number, number][] = [
    ['Morning on the lake.jpg', 'Far shore.jpg', 0.05, 0.3],
    ['Morning on the lake.jpg', 'Reflections.jpg', 0.3, 0.45],
    ['Ridges at dusk.jpg', 'Last light.jpg', 0.35, 0.1],
    ['Ridges at dusk.jpg', 'Valley.jpg', 0.1, 0.35],
    ['Lights in the rain.jpg', 'Crossing.jpg', 0.1, 0.3],
    ['Lights in the rain.jpg', 'Signals.jpg', 0.3, 0.05],
  ];
  for (const [from, name, left, top] of parts) {
    const upright = await sharp(join(samples, from)).autoOrient().toBuffer({ resolveWithObject: true });
    const { width, height } = upright.info;
    await sharp(upright.data)
      .extract({
        left: Math.round(left * width),
        top: Math.round(top * height),
        width: Math.round(width / 2),
        height: Math.round(height / 2),
      })
      .jpeg({ quality: 95 })
      .toFile(join(target, name));
  }
  return target;
}

/** Waits until every row in view has its picture, or what stands for one. */
async function thumbnails({ page }: AppUnderTest, picture = 'img'): Promise<void> {
  await page.waitForFunction((wanted) => {
    const rows = [...document.querySelectorAll('[role=grid] [role=rowgroup] [role=row]')];
    return rows.every((row) => {
      const shown = row.querySelector(`.thumb :is(${wanted})`);
      return shown instanceof HTMLImageElement ? shown.complete : shown !== null;
    });
  }, picture);
}

/** Two frames after everything that moves has come to rest. */
async function settled({ page }: AppUnderTest): Promise<void> {
  await page.evaluate(async () => {
    await Promise.all(
      document
        .getAnimations()
        .filter((each) => each.effect?.getComputedTiming().iterations !== Infinity)
        .map((each) => each.finished.catch(() => undefined)),
    );
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  });
}

async function take(app: AppUnderTest, name: string): Promise<void> {
  if (wanted.length > 0 && !wanted.some((each) => name.startsWith(each))) return;
  await settled(app);
  const png = await app.page.screenshot();
  await sharp(png)
    .webp({ quality: 85, effort: 6, smartSubsample: true })
    .toFile(join(folder, `${name}.webp`));
  process.stdout.write(`${name}.webp\n`);
}
