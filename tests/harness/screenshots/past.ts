import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { newHome } from '../app.ts';
import { inNarrow, openAt, take, thumbnails, type Theme } from './camera.ts';
import { pictures } from './pictures.ts';

/** Originals that were replaced, a batch that goes on after its app was killed, and the history of both. */
export async function photographPast(theme: Theme): Promise<void> {
  const home = await newHome();
  try {
    {
      await using app = await openAt(theme, { home });
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
    await using app = await openAt(theme, { home });
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
