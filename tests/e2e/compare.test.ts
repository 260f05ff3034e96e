import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { openApp } from '../harness/app.ts';
import { small, writePictures } from './pictures.ts';
import { fileRow, pixelsOf, resultOf, type Raw } from './steps.ts';

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

it('colours the places that differ, by mouse and keyboard, and nothing where the two are the same', async () => {
  await using app = await openApp();
  const { page, home } = app;
  await writeHalfNoise(join(home, 'Pictures/half.jpg'));
  // Without a loss in any case: the very same pixels.
  await writePictures([join(home, 'Pictures/same.png')], small);
  await app.drop([join(home, 'Pictures')]);
  await resultOf(page);

  await fileRow(page, 'half.jpg').getByRole('button', { name: 'Compare' }).click();
  const dialog = page.getByRole('dialog', { name: 'half.jpg' });
  const toggle = dialog.getByRole('button', { name: 'Differences' });
  const heat = dialog.getByRole('img', { name: /^Where the two differ/ });
  await dialog.getByRole('img', { name: 'Original and result' }).waitFor();
  expect(await toggle.getAttribute('aria-pressed')).toBe('false');
  expect(await heat.count()).toBe(0);
  expect(await dialog.getByText(/likeness/i).count()).toBeGreaterThan(0);
  await toggle.click();
  await heat.waitFor();
  await dialog.getByText('different', { exact: true }).waitFor();
  expect(await dialog.getByRole('status').innerText()).toMatch(/^same\s+different$/);

  const map = await pixelsOf(heat);
  expect(map).toMatchObject({ width: small.width, height: small.height });
  expect(coloured(map, 0, 0.4), 'the flat half').toBe(0);
  expect(coloured(map, 0.6, 1), 'the noisy half').toBeGreaterThan(0.5);

  // As it is on the screen: grey where nothing differs, coloured over the noise, at any zoom and place of the slider.
  const panes = dialog.getByRole('group', { name: /Pictures/ });
  await dialog.getByRole('slider', { name: 'Where the result begins' }).fill('0');
  for (const zoom of ['Fit', '100 %']) {
    await dialog.getByRole('button', { name: zoom }).click();
    const { left, right } = await colourfulness(panes);
    expect(left, zoom).toBeLessThan(8);
    expect(right, zoom).toBeGreaterThan(20);
  }
  for (const mode of ['Side by side', 'Flicker', 'Slider']) {
    await dialog.getByRole('button', { name: mode }).click();
    await heat.waitFor();
  }

  // H toggles wherever the focus is.
  await page.keyboard.press('h');
  await heat.waitFor({ state: 'detached' });
  expect(await toggle.getAttribute('aria-pressed')).toBe('false');
  await panes.focus();
  await page.keyboard.press('H');
  await heat.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });

  await fileRow(page, 'same.png').getByRole('button', { name: 'Compare' }).click();
  const same = page.getByRole('dialog', { name: 'same.png' });
  await same.getByRole('button', { name: 'Differences' }).click();
  await same.getByText('Every pixel is the same.').waitFor();
  expect(coloured(await pixelsOf(same.getByRole('img', { name: /^Where the two differ/ })), 0, 1)).toBe(0);
  expect(app.complaints).toEqual([]);
});

it('lays a result that was turned and made smaller over the original', async () => {
  await using app = await openApp();
  const { page, home } = app;
  await page.getByText('More', { exact: true }).click();
  await page.getByRole('combobox', { name: 'Turn' }).selectOption('90° clockwise');
  await page.getByRole('combobox', { name: 'Size' }).selectOption('Per cent');
  await page.getByText('Your own settings').waitFor({ state: 'attached' });
  await page.getByText('at 50 % of its size').waitFor();
  await writePictures([join(home, 'Pictures/one.jpg')], small);
  await app.drop([join(home, 'Pictures/one.jpg')]);
  await resultOf(page);
  await fileRow(page, 'one.jpg').getByRole('button', { name: 'Compare' }).click();
  const dialog = page.getByRole('dialog', { name: 'one.jpg' });
  await dialog.getByRole('button', { name: 'Side by side' }).click();
  const [original, result] = [
    dialog.getByRole('img', { name: 'Original', exact: true }),
    dialog.getByRole('img', { name: 'Result', exact: true }),
  ];
  const shape = async (image: Locator): Promise<{ width: number; height: number } | undefined> => {
    await image.waitFor();
    const box = await image.boundingBox();
    return box === null ? undefined : { width: Math.round(box.width), height: Math.round(box.height) };
  };
  const seen = await shape(original);
  expect(await shape(result)).toEqual(seen);
  expect((seen?.height ?? 0) / (seen?.width ?? 1)).toBeCloseTo(4 / 3, 1);
  await dialog.getByRole('button', { name: 'Differences' }).click();
  await dialog.getByText('different', { exact: true }).waitFor();
  expect(await shape(dialog.getByRole('img', { name: /^Where the two differ/ }))).toEqual(seen);
  const map = await pixelsOf(dialog.getByRole('img', { name: /^Where the two differ/ }));
  expect(map).toMatchObject({ width: small.height / 2, height: small.width / 2 });
  expect(app.complaints).toEqual([]);
});

it('says why there is no map of differences', async () => {
  await using app = await openApp();
  const { page, home } = app;
  const frames = ['#c30', '#03c'].map((background) => ({
    create: { width: 60, height: 40, channels: 3 as const, background },
  }));
  const stills = await Promise.all(frames.map((frame) => sharp(frame).png().toBuffer()));
  await sharp(stills, { join: { animated: true } })
    .gif()
    .toFile(join(home, 'Pictures/film.gif'));
  await app.drop([join(home, 'Pictures/film.gif')]);
  await resultOf(page);
  await fileRow(page, 'film.gif').getByRole('button', { name: 'Compare' }).click();
  const dialog = page.getByRole('dialog', { name: 'film.gif' });
  await dialog.getByRole('button', { name: 'Differences' }).click();
  await dialog.getByText(/moves, and moving pictures are not compared/).waitFor();
  expect(await dialog.getByRole('img', { name: /^Where the two differ/ }).count()).toBe(0);
  expect(app.complaints).toEqual([]);
});

/** The left half is one colour, which every encoder keeps; the right half is noise, which none keeps. */
async function writeHalfNoise(path: string): Promise<void> {
  const { width, height } = small;
  const noise = await sharp({
    create: {
      width: width / 2,
      height,
      channels: 3,
      background: '#000',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  })
    .png()
    .toBuffer();
  await sharp({ create: { width, height, channels: 3, background: '#808080' } })
    .composite([{ input: noise, left: width / 2, top: 0 }])
    .jpeg({ quality: 97 })
    .toFile(path);
}

/** Share of the places that have a colour, between two shares of the width. */
function coloured({ data, width }: Raw, from: number, to: number): number {
  let inside = 0;
  let covered = 0;
  for (let at = 0; 4 * at < data.length; at += 1) {
    const x = (at % width) / width;
    if (x < from || x > to) continue;
    inside += 1;
    if ((data[4 * at + 3] ?? 0) > 0) covered += 1;
  }
  return covered / inside;
}

/** How far from grey the screen is on average, 0 to 255, left and right of the middle of an element. */
async function colourfulness(element: Locator): Promise<{ left: number; right: number }> {
  const { data, info } = await sharp(await element.screenshot())
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const middle = info.width / 2;
  const sums = { left: 0, right: 0 };
  const counts = { left: 0, right: 0 };
  // The picture lies in the middle; around it, its caption and the legend is nothing of interest.
  for (let y = Math.round(info.height * 0.45); y < info.height * 0.55; y += 1) {
    for (let x = Math.round(middle - 60); x < middle + 60; x += 1) {
      const at = (y * info.width + x) * 3;
      const colours = [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0];
      if (Math.abs(x - middle) < 12) continue;
      const side = x < middle ? 'left' : 'right';
      sums[side] += Math.max(...colours) - Math.min(...colours);
      counts[side] += 1;
    }
  }
  return { left: sums.left / counts.left, right: sums.right / counts.right };
}
