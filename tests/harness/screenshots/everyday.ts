import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inNarrow, narrow, openAt, settled, take, thumbnails, wide, type Theme } from './camera.ts';
import { pictures } from './pictures.ts';

/** From the empty window to a batch that is done, with what opens above it. */
export async function photographEveryday(theme: Theme): Promise<void> {
  await using app = await openAt(theme);
  const { page, agent } = app;
  const shot = (name: string): Promise<void> => take(app, `${name}-${theme}`);
  const both = async (name: string): Promise<void> => {
    await shot(name);
    if (theme !== 'contrast') await inNarrow(app, () => shot(`${name}-narrow`));
  };
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
