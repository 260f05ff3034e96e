import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { openApp, type AppUnderTest } from '../tests/harness/app.ts';
import { pageMemory, scrollList, watchPage, watched } from '../tests/harness/page-watch.ts';
import { median, percentile } from './measure.ts';
import type { BenchContext, Result } from './result.ts';

const files = Number(process.env['MILLRACE_BENCH_FILES'] ?? 150_000);
const filesInFolder = 1000;
/** How long it works before it is stopped: a part of the list tells as much as all of it. */
const workingMs = 30_000;
const scrollingMs = 8_000;
const slowFrameMs = 1000 / 50;

/** A drop of very many files on the built app: how soon the window answers, and how smooth it stays. */
export async function run({ tell }: BenchContext): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-window-'));
  try {
    await writeFiles(folder);
    tell(`${String(files)} files are ready`);
    await using app = await openApp({ env: { NODE_OPTIONS: '--expose-gc' } });
    return await measure(app, folder, tell);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(app: AppUnderTest, folder: string, tell: (line: string) => void): Promise<Result> {
  const { page, agent } = app;
  await page.getByRole('heading', { name: 'Drop pictures' }).waitFor();
  const ready = Number(/ready ([\d.]+) s/.exec(app.output())?.[1]);
  const [mainBefore, pageBefore] = [await agent.memory(), await pageMemory(page)];
  await agent.longestTurn();
  await watchPage(page);

  const start = performance.now();
  await app.drop([folder]);
  await page.getByRole('row').nth(1).waitFor();
  const listed = new RegExp(`^All ${new Intl.NumberFormat('en-GB').format(files)}$`);
  await page.getByRole('button', { name: listed }).waitFor({ timeout: 600_000 });
  const allListed = performance.now() - start;
  const intake = { ...(await watched(page)), longestTurn: await agent.longestTurn() };
  tell(`answer ${ms(intake.answered)}, first row ${ms(intake.firstRow)}, all listed ${ms(allListed)}`);

  await page.waitForTimeout(workingMs);
  const working = { ...(await watched(page)), longestTurn: await agent.longestTurn() };
  tell(`working: ${describe(working.longTasks)}`);

  const finished = await page.getByRole('button', { name: /^Done / }).innerText();
  const frames = await scrollList(page, scrollingMs);
  const scrolling = { ...(await watched(page)), longestTurn: await agent.longestTurn() };
  const rate = (1000 * frames.length) / frames.reduce((sum, each) => sum + each, 0);
  tell(`scrolling: ${rate.toFixed(1)} frames a second, ${describe(scrolling.longTasks)}`);

  const [mainAfter, pageAfter] = [await agent.memory(), await pageMemory(page)];
  const perRow = {
    main: (mainAfter.heapUsed + mainAfter.external - mainBefore.heapUsed - mainBefore.external) / files,
    page: (pageAfter - pageBefore) / files,
  };
  await page.getByRole('button', { name: 'Pause' }).click();
  return {
    title: `The window with ${String(files)} files, on ${app.host}`,
    tables: [
      {
        caption: 'A folder of pictures of 24 by 16 pixels is dropped; all workers are busy from then on.',
        head: ['what', 'measured', 'wanted'],
        rows: [
          ['start to ready for a drop', `${String(ready * 1000)} ms`, ''],
          ['drop to first sign', ms(intake.answered), '100 ms'],
          ['drop to first row', ms(intake.firstRow), '1000 ms'],
          ['drop to last row known', ms(allListed), ''],
          ['frames a second while scrolling', rate.toFixed(1), '50'],
          [
            'frames over 20 ms',
            `${((100 * frames.filter((each) => each > slowFrameMs + 1).length) / frames.length).toFixed(1)} %`,
            '',
          ],
          [
            'frame, median / 99 %',
            `${median(frames).toFixed(1)} / ${percentile(frames, 99).toFixed(1)} ms`,
            '',
          ],
          ['long tasks while rows arrive', describe(intake.longTasks), 'none'],
          ['long tasks while working', describe(working.longTasks), 'none'],
          ['long tasks while scrolling', describe(scrolling.longTasks), 'none'],
          [
            'longest turn of main: rows arrive / working',
            `${ms(intake.longestTurn)} / ${ms(working.longestTurn)}`,
            '',
          ],
          ['finished by then', finished.replace(/\D/g, ''), ''],
          ['memory of main in all (resident)', `${(mainAfter.rss / 1e6).toFixed(0)} MB`, ''],
          ['memory of main for each row', `${perRow.main.toFixed(0)} bytes`, ''],
          ['memory of the page for each row', `${perRow.page.toFixed(0)} bytes`, ''],
        ],
      },
    ],
    samples: { intake, working, scrolling, frames, mainBefore, mainAfter, pageBefore, pageAfter },
  };
}

async function writeFiles(folder: string): Promise<void> {
  const picture = await sharp({ create: { width: 24, height: 16, channels: 3, background: '#36c' } })
    .jpeg({ quality: 95 })
    .toBuffer();
  for (let first = 0; first < files; first += filesInFolder) {
    const inside = join(folder, `day ${String(first / filesInFolder + 1).padStart(3, '0')}`);
    await mkdir(inside);
    const count = Math.min(filesInFolder, files - first);
    await Promise.all(
      Array.from({ length: count }, (_, index) =>
        writeFile(join(inside, `picture ${String(first + index).padStart(6, '0')}.jpg`), picture),
      ),
    );
  }
}

function ms(value: number | undefined): string {
  return value === undefined ? 'not seen' : `${value.toFixed(0)} ms`;
}

function describe(tasks: readonly number[]): string {
  if (tasks.length === 0) return 'none';
  return `${String(tasks.length)}, the longest ${Math.max(...tasks).toFixed(0)} ms`;
}
