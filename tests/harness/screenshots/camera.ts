import { join } from 'node:path';
import sharp from 'sharp';
import { openApp, type AppOptions, type AppUnderTest } from '../app.ts';

/** `contrast`: with the few colours that a person has told the system to use. */
export type Theme = 'light' | 'dark' | 'contrast';

export const themes: readonly Theme[] = ['light', 'dark', 'contrast'];
export const folder =
  process.env['MILLRACE_SCREENSHOTS'] ?? join(import.meta.dirname, '../../../docs/screenshots');
export const wide = [1280, 800] as const;
export const narrow = [640, 480] as const;
const wanted = process.argv.slice(2);

export async function openAt(theme: Theme, options?: AppOptions): Promise<AppUnderTest> {
  const app = await openApp(options);
  await app.agent.resizeWindow(...wide);
  await app.systemPrefers(theme === 'light' ? 'light' : 'dark');
  if (theme === 'contrast') await app.page.emulateMedia({ forcedColors: 'active' });
  return app;
}

/** Where there is little room a person has the list, not the recipe beside it. */
export async function inNarrow(app: AppUnderTest, work: () => Promise<void>): Promise<void> {
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

/** Waits until every row in view has its picture, or what stands for one. */
export async function thumbnails({ page }: AppUnderTest, picture = 'img'): Promise<void> {
  await page.waitForFunction((wanted) => {
    const rows = [...document.querySelectorAll('[role=grid] [role=rowgroup] [role=row]')];
    return rows.every((row) => {
      const shown = row.querySelector(`.thumb :is(${wanted})`);
      return shown instanceof HTMLImageElement ? shown.complete : shown !== null;
    });
  }, picture);
}

/** Two frames after everything that moves has come to rest. */
export async function settled({ page }: AppUnderTest): Promise<void> {
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

/** Nothing where other states were asked for. */
export async function take(app: AppUnderTest, name: string): Promise<void> {
  if (wanted.length > 0 && !wanted.some((each) => name.startsWith(each))) return;
  await settled(app);
  const png = await app.page.screenshot();
  await sharp(png)
    .webp({ quality: 85, effort: 6, smartSubsample: true })
    .toFile(join(folder, `${name}.webp`));
  process.stdout.write(`${name}.webp\n`);
}
