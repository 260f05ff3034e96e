// npm run screenshots [-- state...]: every screen and state of the built app, light and dark, to docs/screenshots.
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { corpus } from '../fixtures/corpus.ts';
import { openApp, type AppUnderTest } from './app.ts';
import { provideHost } from './find-host.ts';

type Theme = 'light' | 'dark';

const folder = join(import.meta.dirname, '../../docs/screenshots');
const samples = join(import.meta.dirname, '../../resources/samples');
const wide = [1280, 800] as const;
const narrow = [640, 480] as const;
const longestEdge = 1600;
const wanted = process.argv.slice(2);

provideHost();
await mkdir(folder, { recursive: true });
for (const theme of ['light', 'dark'] as const) await photograph(theme);

async function photograph(theme: Theme): Promise<void> {
  await using app = await openApp();
  const { page, agent } = app;
  const shot = (name: string): Promise<void> => take(app, `${name}-${theme}`);
  await agent.resizeWindow(...wide);
  await app.systemPrefers(theme);
  await page.getByRole('heading', { name: 'Drop pictures' }).waitFor();
  await shot('empty');
  await inNarrow(app, () => shot('empty-narrow'));

  await page.getByText('More', { exact: true }).click();
  await shot('recipe-more');
  await page.getByRole('combobox', { name: 'Size' }).selectOption('Longest edge');
  await page.getByRole('spinbutton').first().fill('0');
  await page.locator('[aria-invalid=true]').first().waitFor();
  await shot('recipe-invalid');
  await page.getByRole('combobox', { name: 'Size' }).selectOption('As it is');
  await page.getByText('More', { exact: true }).click();

  const trip = await pictures(join(app.home, 'Pictures/Lake weekend'));
  await app.drop([trip]);
  await page.getByRole('gridcell', { name: 'Done', exact: true }).nth(1).waitFor({ timeout: 120_000 });
  await thumbnails(app);
  await shot('busy');
  await inNarrow(app, () => shot('busy-narrow'));
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText(/^Paused at/).waitFor();
  await shot('paused');
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('region', { name: 'Result' }).waitFor({ timeout: 300_000 });
  await thumbnails(app);
  await shot('done');
  await inNarrow(app, () => shot('done-narrow'));

  await page.getByRole('button', { name: 'Compare', exact: true }).first().click();
  const compare = page.getByRole('dialog');
  await compare.locator('img, canvas').first().waitFor();
  await compare.getByText('Original', { exact: true }).first().waitFor();
  await settled(app);
  await shot('compare');
  await compare.getByRole('button', { name: '100 %' }).click();
  await settled(app);
  await shot('compare-pixels');
  await compare.getByRole('toolbar').getByRole('button').nth(1).click();
  await settled(app);
  await shot('compare-side');
  await page.keyboard.press('Escape');
  await compare.waitFor({ state: 'detached' });

  await page.getByRole('button', { name: 'Close recipe' }).click();
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByRole('dialog', { name: 'Settings' }).waitFor();
  await shot('settings');
  await inNarrow(app, () => shot('settings-narrow'));
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });

  for (const name of ['torn.jpg', 'empty.png']) {
    const good = await readFile(join(trip, (await readdir(trip))[0] ?? ''));
    await writeFile(join(trip, name), name === 'empty.png' ? '' : good.subarray(0, 400));
  }
  await writeFile(join(trip, 'notes.txt'), 'Bring the good lens.');
  await app.drop([trip]);
  await page.getByRole('heading', { name: /failed/ }).waitFor();
  await shot('failed');
}

async function inNarrow(app: AppUnderTest, work: () => Promise<void>): Promise<void> {
  const panel = app.page.getByRole('complementary', { name: 'Recipe' });
  const wasOpen = await panel.isVisible();
  // Where there is little room a person has the list, not the recipe beside it.
  if (wasOpen) await panel.getByRole('button', { name: 'Close recipe' }).click();
  await app.agent.resizeWindow(...narrow);
  await settled(app);
  await work();
  await app.agent.resizeWindow(...wide);
  if (wasOpen) await app.page.getByRole('banner').getByRole('button', { name: 'Recipe' }).click();
  await settled(app);
}

/** Pictures a person might have: of the corpus, else those that come with Millrace. */
async function pictures(target: string): Promise<string> {
  await mkdir(target, { recursive: true });
  const source = corpus === undefined ? samples : join(corpus, 'camera-jpeg');
  for (const name of (await readdir(source)).filter((each) => each.endsWith('.jpg')).slice(0, 10)) {
    const file = basename(name)
      .replace(/^(lomiri|mate)-/, '')
      .replace(/_by_[^.]*/i, '');
    await sharp(join(source, name))
      .resize({ width: longestEdge, height: longestEdge, fit: 'inside', withoutEnlargement: true })
      .jpeg({ quality: 95 })
      .toFile(join(target, file));
  }
  return target;
}

/** Waits until every row in view has its picture. */
async function thumbnails({ page }: AppUnderTest): Promise<void> {
  await page.waitForFunction(() =>
    [...document.querySelectorAll('[role=grid] [role=rowgroup] [role=row]')].every(
      (row) => row.querySelector('img')?.complete === true,
    ),
  );
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
    .png({ palette: true, quality: 92, effort: 10 })
    .toFile(join(folder, `${name}.png`));
  process.stdout.write(`${name}.png\n`);
}
