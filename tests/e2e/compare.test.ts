import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openApp } from '../harness/app.ts';
import { small, writePictures } from './pictures.ts';
import { fileRow, resultOf } from './steps.ts';

it('shows original and result over each other, pixel for pixel, by mouse and keyboard', async () => {
  await using app = await openApp();
  const { page, home } = app;
  await writePictures([join(home, 'Pictures/one.jpg')], small);
  await app.drop([join(home, 'Pictures/one.jpg')]);
  await resultOf(page);
  await fileRow(page, 'one.jpg').getByRole('button', { name: 'Compare' }).click();
  const dialog = page.getByRole('dialog', { name: 'one.jpg' });
  await dialog.waitFor();
  await dialog
    .getByText(/320 × 240/)
    .first()
    .waitFor();
  await dialog.locator('img, canvas').first().waitFor();

  await dialog.getByRole('button', { name: '100 %' }).click();
  expect(await dialog.getByRole('slider', { name: 'Zoom' }).getAttribute('aria-valuetext')).toBe('100 %');
  await dialog.getByRole('group', { name: /Pictures/ }).focus();
  await page.keyboard.press('+');
  expect(await dialog.getByRole('slider', { name: 'Zoom' }).getAttribute('aria-valuetext')).not.toBe('100 %');
  const split = dialog.getByRole('slider', { name: 'Where the result begins' });
  const before = await split.inputValue();
  await dialog.getByRole('group', { name: /Pictures/ }).focus();
  await page.keyboard.press(']');
  expect(Number(await split.inputValue())).toBeGreaterThan(Number(before));
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(app.complaints).toEqual([]);
});
