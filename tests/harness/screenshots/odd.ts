import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { canMount } from '../../fixtures/can-mount.ts';
import { serveHalf } from '../../fixtures/half-server.ts';
import { newHome, type AppUnderTest } from '../app.ts';
import { openAt, take, type Theme } from './camera.ts';
import { pictures } from './pictures.ts';

declare global {
  interface Window {
    controlPort?: MessagePort | undefined;
  }
}

/** What does not happen every day: a drag above the window, nothing to do, a batch called off, a slow link, a full disk. */
export async function photographOdd(theme: Theme): Promise<void> {
  const home = await newHome();
  try {
    await using app = await openAt(theme, { home, args: ['--allow-private-links'] });
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

    await page.getByRole('button', { name: 'Start again' }).click();
    {
      await using server = await serveHalf(await readFile(join(trip, 'Ridges at dusk.jpg')));
      await app.dropText('text/uri-list', `${server.address}/Ridges%20at%20dusk.jpg`);
      await page.getByText(/Downloading 50 %/).waitFor();
      await take(app, `downloading-${theme}`);
    }
    await page.getByRole('region', { name: 'Result' }).waitFor({ timeout: 120_000 });

    await photographGone(app, theme);

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

/** Main is gone, though its window is not: the page's port closes. */
async function photographGone(app: AppUnderTest, theme: Theme): Promise<void> {
  const { page } = app;
  await page.addInitScript(() => {
    addEventListener('message', ({ ports: [port] }) => (window.controlPort ??= port), { capture: true });
  });
  await page.reload();
  await page.getByRole('region', { name: 'Result' }).waitFor();
  await page.evaluate(() => window.controlPort?.dispatchEvent(new Event('close')));
  await page.getByRole('alert').waitFor();
  await take(app, `gone-${theme}`);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('region', { name: 'Result' }).waitFor();
}
