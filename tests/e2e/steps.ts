import type { Locator, Page } from 'playwright-core';
import { readdir } from 'node:fs/promises';

/** The window as a person reads it. */

export function fileRow(page: Page, name: string): Locator {
  return page.getByRole('grid', { name: 'Files' }).getByRole('row').filter({ hasText: name });
}

/** Waits for the batch's end and gives its headline. */
export async function resultOf(page: Page): Promise<string> {
  const headline = page.getByRole('region', { name: 'Result' }).getByRole('heading');
  await headline.waitFor({ timeout: 100_000 });
  return await headline.innerText();
}

/** Waits until a worker is at some picture. */
export async function untilWorking(page: Page): Promise<void> {
  await page.getByRole('gridcell', { name: 'Working', exact: true }).first().waitFor();
}

/** What is in a folder and was not there before. */
export async function newIn(folder: string, before: readonly string[]): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter((name) => !before.includes(name)).sort();
}

/** Pixels of a picture: red, green, blue and alpha of each. */
export interface Raw {
  readonly data: readonly number[];
  readonly width: number;
  readonly height: number;
}

/** What a picture of the page has in it, drawn on a canvas: red, green, blue and alpha. */
export async function pixelsOf(image: Locator): Promise<Raw> {
  return await image.evaluate(async (element) => {
    if (!(element instanceof HTMLImageElement)) throw new Error('That is no picture.');
    await element.decode();
    const canvas = document.createElement('canvas');
    canvas.width = element.naturalWidth;
    canvas.height = element.naturalHeight;
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('There is no canvas.');
    context.drawImage(element, 0, 0);
    const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
    return { data: [...data], width, height };
  });
}
