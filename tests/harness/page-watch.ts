import type { Page } from 'playwright-core';

/** What the page itself noted since the last question, milliseconds. */
export interface Watched {
  /** From the drop to the first frame that shows something of it; undefined when nothing was dropped. */
  readonly answered: number | undefined;
  /** From the drop to the first frame with a row. */
  readonly firstRow: number | undefined;
  /** The browser's own long tasks: those over 50 ms. */
  readonly longTasks: readonly number[];
}

declare global {
  interface Window {
    pageWatch?: { dropped?: number; answered?: number; firstRow?: number; longTasks: number[] };
  }
}

/** Begins to note; everything is measured in the page, so that the tests' own connection does not count. */
export async function watchPage(page: Page): Promise<void> {
  await page.evaluate(() => {
    const watch: NonNullable<typeof window.pageWatch> = { longTasks: [] };
    window.pageWatch = watch;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) watch.longTasks.push(duration);
    }).observe({ type: 'longtask' });
    addEventListener(
      'drop',
      () => {
        watch.dropped = performance.now();
        const changes = new MutationObserver(() => {
          if (watch.answered === undefined) inNextFrame((time) => (watch.answered ??= time));
          if (document.querySelector('[role=rowgroup] [role=row]') === null) return;
          changes.disconnect();
          inNextFrame((time) => (watch.firstRow = time));
        });
        changes.observe(document.body, { childList: true, subtree: true });
      },
      { capture: true },
    );
    /** A task after the frame's callbacks comes when it has been painted. */
    function inNextFrame(told: (sinceDrop: number) => void): void {
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          told(performance.now() - (watch.dropped ?? 0));
        };
        port2.postMessage(undefined);
      });
    }
  });
}

export async function watched(page: Page): Promise<Watched> {
  return await page.evaluate(() => {
    const watch = window.pageWatch;
    return {
      answered: watch?.answered,
      firstRow: watch?.firstRow,
      longTasks: watch?.longTasks.splice(0) ?? [],
    };
  });
}

/** Scrolls the list up and down for a while; gives the time between frames, milliseconds. */
export async function scrollList(page: Page, ms: number): Promise<number[]> {
  return await page.evaluate(async (duration) => {
    const list = document.querySelector('[role=rowgroup]')?.parentElement;
    if (list === null || list === undefined) throw new Error('There is no list.');
    const step = 180;
    const intervals: number[] = [];
    const start = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
    let last = start;
    while (last - start < duration) {
      list.scrollTop += last - start < duration / 2 ? step : -step;
      const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
      intervals.push(now - last);
      last = now;
    }
    return intervals;
  }, ms);
}

/** Bytes of the page's JavaScript and of its document's nodes, after what is no longer used is gone. */
export async function pageMemory(page: Page): Promise<number> {
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('HeapProfiler.collectGarbage');
  await devTools.send('Performance.enable');
  const { metrics } = await devTools.send('Performance.getMetrics');
  await devTools.detach();
  return metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? Number.NaN;
}
