import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openApp } from '../harness/app.ts';
import { large, small, writePictures } from './pictures.ts';
import { fileRow, resultOf, untilWorking } from './steps.ts';

it('keeps presets of one’s own, which can be renamed, exported, deleted and imported', async () => {
  await using app = await openApp();
  const { page, home } = app;
  const preset = page.getByRole('combobox', { name: 'Preset' });
  const chosen = (): Promise<string> =>
    preset.evaluate((select) => (select as HTMLSelectElement).selectedOptions[0]?.text ?? '');
  const choose = async (item: string): Promise<void> => {
    await page.getByRole('button', { name: 'More about presets' }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  await page.getByRole('combobox', { name: 'Format' }).selectOption('WebP');
  await page.getByRole('button', { name: 'Save as preset' }).click();
  // The field has the focus as soon as there is one.
  const named = (): Promise<boolean> =>
    page
      .getByRole('textbox', { name: 'Name of the preset' })
      .evaluate((field) => document.activeElement === field);
  expect(await named()).toBe(true);
  await page.keyboard.type('For the club');
  await page.keyboard.press('Enter');
  await expect.poll(chosen).toBe('For the club');
  await choose('Rename');
  await expect.poll(named).toBe(true);
  await page.getByRole('textbox', { name: 'Name of the preset' }).fill('For the choir');
  await page.keyboard.press('Enter');
  await expect.poll(chosen).toBe('For the choir');

  const file = join(home, 'choir.json');
  await choose('Export …');
  expect((await app.answer({ path: file })).kind).toBe('save');
  await expect.poll(() => readFile(file, 'utf8').catch(() => '')).toContain('For the choir');
  await choose('Delete');
  await expect.poll(() => preset.innerText()).not.toContain('For the choir');

  await choose('Import …');
  await app.answer({ paths: [file] });
  await expect.poll(() => preset.innerText()).toContain('For the choir');

  await writeFile(join(home, 'letter.json'), 'Dear all');
  await choose('Import …');
  await app.answer({ paths: [join(home, 'letter.json')] });
  await page.getByText('letter.json is not a preset of Millrace').waitFor();
  expect(app.complaints).toEqual([]);
});

it('does to presets what the menu says, also where the recipe is closed', async () => {
  await using app = await openApp();
  const { page, agent, home } = app;
  const preset = page.getByRole('combobox', { name: 'Preset' });
  await agent.clickMenu('Preset', 'Delete Preset');
  await page.getByText('Choose a preset of your own first.').waitFor();
  await page.getByRole('combobox', { name: 'Format' }).selectOption('WebP');
  await agent.clickMenu('View', 'Recipe');
  await preset.waitFor({ state: 'detached' });
  await agent.clickMenu('Preset', 'Save as Preset…');
  await page.getByRole('textbox', { name: 'Name of the preset' }).fill('For the club');
  await page.keyboard.press('Enter');
  await expect.poll(() => preset.innerText()).toContain('For the club');
  const file = join(home, 'club.json');
  await agent.clickMenu('Preset', 'Export Preset…');
  await app.answer({ path: file });
  await expect.poll(() => readFile(file, 'utf8').catch(() => '')).toContain('For the club');
  await agent.clickMenu('Preset', 'Rename Preset…');
  await page.getByRole('textbox', { name: 'Name of the preset' }).fill('For the choir');
  await page.keyboard.press('Enter');
  await expect.poll(() => preset.innerText()).toContain('For the choir');
  await agent.clickMenu('Preset', 'Delete Preset');
  await expect.poll(() => preset.innerText()).not.toContain('For the choir');
  await agent.clickMenu('Preset', 'Import Preset…');
  await app.answer({ paths: [file] });
  await expect.poll(() => preset.innerText()).toContain('For the club');
  expect(app.complaints).toEqual([]);
});

it('marks what is no number at its field, in words, and goes on with what was right', async () => {
  await using app = await openApp();
  const { page } = app;
  await page.getByRole('combobox', { name: 'Size' }).selectOption('Longest edge');
  const edge = page.getByRole('spinbutton').first();
  await edge.fill('500');
  await page.getByText('at most 500 pixels long').waitFor();
  await edge.fill('0');
  expect(await edge.getAttribute('aria-invalid')).toBe('true');
  const described = String(await edge.getAttribute('aria-describedby')).split(' ');
  const texts = await Promise.all(described.map((id) => page.locator(`[id="${id}"]`).innerText()));
  expect(texts.join()).toMatch(/from 1 to/);
  await page.getByText('at most 500 pixels long').waitFor();

  // A preset takes its place, also the one whose recipe was there before.
  const preset = page.getByRole('combobox', { name: 'Preset' });
  await preset.selectOption('Web');
  await expect.poll(() => edge.inputValue()).toBe('2560');
  await edge.fill('0');
  await preset.selectOption('Web');
  await expect.poll(() => edge.inputValue()).toBe('2560');
});

it('has a fixed quality at hand once it is chosen, and keeps a likeness in numbers', async () => {
  await using app = await openApp();
  const { page, home } = app;
  const likeness = page.getByRole('combobox', { name: 'Likeness' });
  await likeness.selectOption('A fixed quality');
  const quality = page.getByRole('slider', { name: 'Quality 80' });
  await quality.fill('62');
  await page.getByText('quality 62, beside').waitFor();
  await likeness.selectOption('Good');
  await page.getByRole('slider', { name: /^Quality/ }).waitFor({ state: 'detached' });

  const file = join(home, 'eighty.json');
  await writeFile(file, JSON.stringify({ name: 'Eighty', recipe: { to: 'webp', quality: 'auto:80' } }));
  await page.getByRole('button', { name: 'More about presets' }).click();
  await page.getByRole('menuitem', { name: 'Import …' }).click();
  await app.answer({ paths: [file] });
  const preset = page.getByRole('combobox', { name: 'Preset' });
  await expect.poll(() => preset.innerText()).toContain('Eighty');
  await preset.selectOption('Eighty');
  await page.getByText('a likeness of 80').waitFor();
  expect(await likeness.locator('option:checked').innerText()).toBe('Likeness 80');
  expect(await page.getByRole('slider', { name: /^Quality/ }).count()).toBe(0);
});

it('says what is wrong behind More, also when More is closed', async () => {
  await using app = await openApp();
  const { page } = app;
  const more = page.getByText('More', { exact: true });
  await more.click();
  const limit = page.getByRole('spinbutton', { name: 'At most bytes' });
  await limit.fill('5');
  expect(await limit.getAttribute('aria-invalid')).toBe('true');
  const alert = page.getByRole('complementary', { name: 'Recipe' }).getByRole('alert');
  expect(await alert.count()).toBe(0);
  await more.click();
  expect(await alert.innerText()).toMatch(/^At most bytes: Enter /);
});

it('ends the naming of a preset whatever has gone wrong before', async () => {
  await using app = await openApp();
  const { page, home } = app;
  const choose = async (item: string): Promise<void> => {
    await page.getByRole('button', { name: 'More about presets' }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  await writeFile(join(home, 'letter.json'), 'Dear all');
  await choose('Import …');
  await app.answer({ paths: [join(home, 'letter.json')] });
  await page.getByText('letter.json is not a preset of Millrace').waitFor();
  await page.getByRole('combobox', { name: 'Format' }).selectOption('WebP');
  await page.getByRole('button', { name: 'Save as preset' }).click();
  const name = page.getByRole('textbox', { name: 'Name of the preset' });
  await name.fill('Club');
  await page.keyboard.press('Enter');
  await name.waitFor({ state: 'detached' });
  await choose('Rename');
  await name.fill('Choir');
  await page.keyboard.press('Enter');
  await name.waitFor({ state: 'detached' });
});

it('tries the recipe on the selected picture before anything is written', async () => {
  await using app = await openApp();
  const { page, home } = app;
  await writePictures([join(home, 'Pictures/one.jpg')], small);
  await app.drop([join(home, 'Pictures/one.jpg')]);
  await resultOf(page);
  await fileRow(page, 'one.jpg').click();
  const estimate = page.getByRole('complementary').getByRole('status');
  await expect.poll(() => estimate.innerText(), { timeout: 30_000 }).toMatch(/\d.* kB/);
  const before = await estimate.innerText();
  await page.getByRole('combobox', { name: 'Likeness' }).selectOption('Small');
  await expect.poll(() => estimate.innerText(), { timeout: 30_000 }).toMatch(/\d.* kB/);
  await expect.poll(() => estimate.innerText(), { timeout: 30_000 }).not.toBe(before);
  expect(await readdir(join(home, 'Pictures'))).toHaveLength(2);
});

it('puts outputs into a folder that is chosen', async () => {
  await using app = await openApp();
  const { page, home } = app;
  await writePictures([join(home, 'Pictures/one.jpg')], small);
  await page.getByRole('combobox', { name: 'Save' }).selectOption('In a folder');
  await app.answer({ paths: [join(home, 'out')] });
  await page.getByText('into out').waitFor();
  await app.drop([join(home, 'Pictures/one.jpg')]);
  await resultOf(page);
  expect(await readdir(join(home, 'out'))).toEqual(['one.jpg']);
});

it('goes where the settings say, with every preset that comes with Millrace', async () => {
  await using app = await openApp();
  const { page, home } = app;
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  const settings = page.getByRole('dialog', { name: 'Settings' });
  await settings.getByRole('combobox', { name: 'Save results' }).selectOption('In a folder');
  await app.answer({ paths: [join(home, 'out')] });
  await settings.getByText(join(home, 'out')).waitFor();
  await page.keyboard.press('Escape');
  await page.getByText('into out').waitFor();
  await page.getByRole('combobox', { name: 'Preset' }).selectOption('Web');
  await page.getByText('Makes WebP').waitFor();
  await page.getByText('into out').waitFor();

  // A recipe that was set otherwise stays as it is.
  await page.getByRole('combobox', { name: 'Save' }).selectOption('Beside the original');
  await page.getByText('“-small” in the name').waitFor();
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await settings.getByRole('combobox', { name: 'Save results' }).selectOption('Beside the original');
  const suffix = settings.getByRole('textbox', { name: 'Added to the name' });
  await suffix.fill('/');
  expect(await suffix.getAttribute('aria-invalid')).toBe('true');
  await suffix.fill('-web');
  await page.keyboard.press('Escape');
  await page.getByText('“-small” in the name').waitFor();
  await page.getByRole('combobox', { name: 'Preset' }).selectOption('E-mail');
  await page.getByText('“-web” in the name').waitFor();
  expect(app.complaints).toEqual([]);
});

it('leaves pictures out whose name is taken, if that is asked for', async () => {
  await using app = await openApp();
  const { page, home } = app;
  await writePictures([join(home, 'Pictures/one.jpg')], small);
  await writeFile(join(home, 'Pictures/one-small.jpg'), 'taken');
  await page.getByText('More', { exact: true }).click();
  await page.getByRole('combobox', { name: 'Where the name is taken' }).selectOption('Leave the picture out');
  await app.drop([join(home, 'Pictures/one.jpg')]);
  await page.getByText('is already there').waitFor();
  expect((await readdir(join(home, 'Pictures'))).sort()).toEqual(['one-small.jpg', 'one.jpg']);
});

it('can be changed while a batch works: what is entered stays, and is for the next one', async () => {
  await using app = await openApp();
  const { page, home } = app;
  const paths = ['a.png', 'b.png', 'c.png', 'd.png'].map((name) => join(home, 'Pictures', name));
  await writePictures(paths, large);
  await app.drop(paths);
  await untilWorking(page);
  const suffix = page.getByRole('textbox', { name: 'Added to the name' });
  await suffix.press('End');
  // Slower than main's news come in.
  await suffix.pressSequentially('er-than-ever', { delay: 60 });
  await page.getByRole('combobox', { name: 'Format' }).selectOption('WebP');
  await resultOf(page);
  expect(await suffix.inputValue()).toBe('-smaller-than-ever');
  await page.getByRole('button', { name: 'Start again' }).click();
  await page.getByText('Makes WebP').waitFor();
  await page.getByText('“-smaller-than-ever” in the name').waitFor();
});
