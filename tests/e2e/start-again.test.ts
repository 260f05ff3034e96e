import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { newHome, openApp } from '../harness/app.ts';
import { large, small, writePictures } from './pictures.ts';
import { resultOf, untilWorking } from './steps.ts';

async function home(): Promise<string> {
  const folder = await newHome();
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

it('remembers recipe, settings and the place of its window', async () => {
  const place = await home();
  {
    await using app = await openApp({ home: place });
    const { page } = app;
    await page.getByRole('combobox', { name: 'Format' }).selectOption('AVIF');
    await page.getByText('Makes AVIF').waitFor();
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('combobox', { name: 'Appearance' }).selectOption('Dark');
    await expect
      .poll(() => page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches))
      .toBe(true);
    await page.keyboard.press('Escape');
    await app.agent.resizeWindow(900, 700);
    expect(await app.quit()).toBe(0);
  }
  await using app = await openApp({ home: place });
  await app.page.getByText('Makes AVIF').waitFor();
  expect(await app.page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)).toBe(true);
  expect(await app.agent.windowBounds()).toMatchObject({ width: 900, height: 700 });
});

it('takes files from the command line, also from a second start', async () => {
  const place = await home();
  const paths = ['one.jpg', 'two.jpg'].map((name) => join(place, 'Pictures', name));
  await writePictures(paths, small);
  await using app = await openApp({ home: place, args: paths.slice(0, 1) });
  expect(await resultOf(app.page)).toBe('Done: 1 picture');
  expect(await app.startSecond(paths.slice(1))).toBe(0);
  await app.page.getByText('Done: 2 pictures').first().waitFor();
});

it('asks before it quits in the middle of a batch, and leaves no process behind', async () => {
  const place = await home();
  const paths = ['a.png', 'b.png', 'c.png', 'd.png'].map((name) => join(place, 'Pictures', name));
  await writePictures(paths, large);
  await using app = await openApp({ home: place });
  await app.drop(paths);
  await untilWorking(app.page);
  const workers = await app.agent.workers();

  await app.agent.quit();
  expect(await app.answer({ button: 'Keep working' })).toMatchObject({
    detail: 'What is done stays. If you stop now, the rest goes on when Millrace is opened again.',
    buttons: ['Finish, then quit', 'Stop and quit', 'Keep working'],
  });
  await untilWorking(app.page);
  await app.agent.closeWindow();
  await app.answer({ button: 'Stop and quit' });
  expect(await app.exited).toBe(0);
  for (const pid of workers) expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
});

it('finishes the batch first when told to, also one that is paused, and then quits', async () => {
  const place = await home();
  const names = ['a', 'b', 'c'];
  await writePictures(
    names.map((name) => join(place, 'Pictures', `${name}.jpg`)),
    large,
  );
  await using app = await openApp({ home: place });
  await app.drop([join(place, 'Pictures')]);
  await untilWorking(app.page);
  await app.page.getByRole('button', { name: 'Pause' }).click();
  await app.page.getByText(/^Paused at/).waitFor();
  await app.agent.quit();
  await app.answer({ button: 'Finish, then quit' });
  expect(await app.exited).toBe(0);
  const made = (await readdir(join(place, 'Pictures'))).filter((name) => name.includes('-small'));
  expect(made.sort()).toEqual(names.map((name) => `${name}-small.jpg`));
});

it('comes back paused when it was paused, and goes on when it is resumed', async () => {
  const place = await home();
  const paths = ['a.jpg', 'b.jpg', 'c.jpg'].map((name) => join(place, 'Pictures', name));
  await writePictures(paths, large);
  {
    await using app = await openApp({ home: place });
    await app.drop(paths);
    await untilWorking(app.page);
    await app.page.getByRole('button', { name: 'Pause' }).click();
    await app.page.getByText(/^Paused at/).waitFor();
    await app.agent.quit();
    await app.answer({ button: 'Stop and quit' });
    expect(await app.exited).toBe(0);
  }
  await using app = await openApp({ home: place });
  const { page } = app;
  await page.getByText('The batch that was paused is here again.').waitFor();
  await page.getByText(/^Paused at/).waitFor();
  expect(await page.getByRole('gridcell', { name: 'Working', exact: true }).count()).toBe(0);
  await page.getByRole('button', { name: 'Resume' }).click();
  expect(await resultOf(page)).toBe('Done: 3 pictures');
});

it('leaves no process behind when it is killed', async () => {
  const place = await home();
  await writePictures([join(place, 'Pictures/a.png')], large);
  await using app = await openApp({ home: place });
  await app.drop([join(place, 'Pictures/a.png')]);
  await untilWorking(app.page);
  const workers = await app.agent.workers();
  process.kill(app.pid, 'SIGKILL');
  await app.exited;
  await expect.poll(() => workers.filter((pid) => isAlive(pid)), { timeout: 10_000 }).toEqual([]);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
