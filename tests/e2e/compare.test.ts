import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { openApp } from '../harness/app.ts';
import { small, writePictures } from './pictures.ts';
import { fileRow, pixelsOf, resultOf, type Raw } from './steps.ts';

/** Opens the compare screen of a picture that has just been converted. */
async function compare(page: Page, name: string): Promise<{ dialog: Locator; panes: Locator }> {
  await resultOf(page);
  await fileRow(page, name).getByRole('button', { name: 'Compare' }).click();
  const dialog = page.getByRole('dialog', { name });
  await dialog.getByRole('img', { name: 'Result', exact: true }).waitFor();
  return { dialog, panes: dialog.getByRole('group', { name: /Pictures/ }) };
}

const shownZoom = (dialog: Locator): Promise<string | null> =>
  dialog.getByRole('slider', { name: 'Zoom' }).getAttribute('aria-valuetext');

it.each([
  [100, 1],
  [800, 8],
])('shows original and result pixel for pixel at %d %%', async (percent, factor) => {
  await using app = await openApp();
  const { page, home } = app;
  await writePictures([join(home, 'Pictures/one.jpg')], small);
  await app.drop([join(home, 'Pictures/one.jpg')]);
  const { dialog, panes } = await compare(page, 'one.jpg');
  await dialog.getByRole('button', { name: '100 %' }).click();
  await panes.focus();
  for (let power = 1; power < factor; power *= 2) for (const _ of [1, 2]) await page.keyboard.press('+');
  expect(await shownZoom(dialog)).toBe(`${String(percent)} %`);
  // By an odd number of pixels, and off the middle.
  await page.keyboard.press('ArrowLeft');
  await dragBy(page, panes, 0.75, { x: 7, y: 5 });

  for (const [name, path] of [
    ['Original', 'one.jpg'],
    ['Result', 'one-small.jpg'],
  ] as const) {
    await dialog
      .getByRole('slider', { name: 'Where the result begins' })
      .fill(name === 'Original' ? '100' : '0');
    const screen = await pixelsIn(await page.screenshot());
    const corner = await dialog.getByRole('img', { name, exact: true }).boundingBox();
    const pane = await panes.boundingBox();
    if (corner === null || pane === null) throw new Error('There is nothing to see.');
    const middle = { x: Math.round(pane.x + pane.width / 2), y: Math.round(pane.y + pane.height / 2) };
    const { data, info } = await sharp(join(home, 'Pictures', path))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    // Around the middle of the pane, away from captions and the divider at its edge.
    let furthest = 0;
    for (let dy = -60; dy < 60; dy += 1) {
      for (let dx = -60; dx < 60; dx += 1) {
        const at = { x: middle.x + dx, y: middle.y + dy };
        const x = Math.floor((at.x - Math.round(corner.x)) / factor);
        const y = Math.floor((at.y - Math.round(corner.y)) / factor);
        for (const channel of [0, 1, 2]) {
          const seen = screen.data[3 * (at.y * screen.width + at.x) + channel] ?? -1000;
          furthest = Math.max(furthest, Math.abs(seen - (data[3 * (y * info.width + x) + channel] ?? 1000)));
        }
      }
    }
    // Two decoders of JPEG may differ by a step or two; neighbours in this noise differ by dozens.
    expect(furthest, name).toBeLessThanOrEqual(4);
  }
  expect(app.complaints).toEqual([]);
});

it('is moved by mouse and keyboard: the divider, the place, and the zoom around the pointer', async () => {
  await using app = await openApp();
  const { page, home } = app;
  await writePictures([join(home, 'Pictures/one.jpg')], small);
  await app.drop([join(home, 'Pictures/one.jpg')]);
  const { dialog, panes } = await compare(page, 'one.jpg');
  const result = dialog.getByRole('img', { name: 'Result', exact: true });
  const place = async (): Promise<{ x: number; y: number; width: number }> => {
    const box = await result.boundingBox();
    if (box === null) throw new Error('There is no result.');
    return box;
  };
  const split = dialog.getByRole('slider', { name: 'Where the result begins' });

  // The divider follows the pointer, and the picture stays.
  const before = await place();
  await dragBy(page, panes, 0.5, { x: -200, y: 0 });
  const width = Number((await panes.boundingBox())?.width);
  expect(Number(await split.inputValue())).toBeCloseTo(50 - (100 * 200) / width, -1);
  expect(await place()).toEqual(before);
  await panes.focus();
  const dragged = Number(await split.inputValue());
  await page.keyboard.press(']');
  expect(Number(await split.inputValue())).toBeGreaterThan(dragged);

  // The picture follows the pointer anywhere else.
  await dragBy(page, panes, 0.8, { x: 40, y: 24 });
  expect(await place()).toMatchObject({ x: before.x + 40, y: before.y + 24 });

  // The wheel zooms, and what is under the pointer stays there.
  const box = await panes.boundingBox();
  const pointer = { x: Number(box?.x) + width * 0.55, y: Number(box?.y) + Number(box?.height) * 0.6 };
  const under = async (): Promise<number[]> => {
    const { x, y, width: size } = await place();
    return [(pointer.x - x) / size, (pointer.y - y) / size];
  };
  const [x = 0, y = 0] = await under();
  const zoom = await shownZoom(dialog);
  await page.mouse.move(pointer.x, pointer.y);
  await page.mouse.wheel(0, -300);
  await expect.poll(() => shownZoom(dialog)).not.toBe(zoom);
  const [newX = 0, newY = 0] = await under();
  expect(newX).toBeCloseTo(x, 2);
  expect(newY).toBeCloseTo(y, 2);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(app.complaints).toEqual([]);
});

it('shows the two by turns in flicker mode', async () => {
  await using app = await openApp();
  const { page, home } = app;
  await writePictures([join(home, 'Pictures/one.jpg')], small);
  await app.drop([join(home, 'Pictures/one.jpg')]);
  const { dialog } = await compare(page, 'one.jpg');
  await dialog.getByRole('button', { name: 'Flicker' }).click();
  for (const name of ['Original', 'Result', 'Original']) {
    await dialog.getByRole('img', { name, exact: true }).waitFor();
    await dialog.getByRole('figure').getByText(name, { exact: true }).waitFor();
  }
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
  await dialog.getByRole('img', { name: 'Result', exact: true }).waitFor();
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
    // About 20; no noise is like another.
    expect(right, zoom).toBeGreaterThan(12);
  }
  await dialog.getByRole('slider', { name: 'Where the result begins' }).fill('100');
  const original = await colourfulness(panes);
  for (const mode of ['Side by side', 'Flicker', 'Slider']) {
    await dialog.getByRole('button', { name: mode }).click();
    await heat.waitFor();
  }

  // H toggles wherever the focus is.
  await page.keyboard.press('h');
  await heat.waitFor({ state: 'detached' });
  expect(await toggle.getAttribute('aria-pressed')).toBe('false');
  // The original had its own colours all the while.
  expect(await colourfulness(panes)).toEqual(original);
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

/** Drags with the mouse, from half the height of an element and this share of its width. */
async function dragBy(
  page: Page,
  element: Locator,
  from: number,
  by: { readonly x: number; readonly y: number },
): Promise<void> {
  const box = await element.boundingBox();
  if (box === null) throw new Error('There is nothing to drag.');
  const start = { x: box.x + box.width * from, y: box.y + box.height / 2 };
  await page.mouse.move(start.x, start.y);
  await page.mouse.down();
  await page.mouse.move(start.x + by.x / 2, start.y + by.y / 2);
  await page.mouse.move(start.x + by.x, start.y + by.y);
  await page.mouse.up();
}

/** Red, green and blue of each pixel. */
async function pixelsIn(screenshot: Uint8Array): Promise<{ data: Buffer; width: number; height: number }> {
  const { data, info } = await sharp(screenshot).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
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
  const { data, width, height } = await pixelsIn(await element.screenshot());
  const middle = width / 2;
  const sums = { left: 0, right: 0 };
  const counts = { left: 0, right: 0 };
  // The picture lies in the middle; around it, its caption and the legend is nothing of interest.
  for (let y = Math.round(height * 0.45); y < height * 0.55; y += 1) {
    for (let x = Math.round(middle - 60); x < middle + 60; x += 1) {
      const at = (y * width + x) * 3;
      const colours = [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0];
      if (Math.abs(x - middle) < 12) continue;
      const side = x < middle ? 'left' : 'right';
      sums[side] += Math.max(...colours) - Math.min(...colours);
      counts[side] += 1;
    }
  }
  return { left: sums.left / counts.left, right: sums.right / counts.right };
}
