import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { BatchView } from '../../contract/app-state.ts';
import { quitCleanly, type QuittingParts } from './quitting.ts';

type Answer = 'Finish, then quit' | 'Stop and quit' | 'Keep working';

/** An app with a batch in this state. What happens is in `happened`, in order. */
function appWith(
  state: BatchView['state'] | undefined,
  options: { asks?: boolean; isRecorded?: boolean; close?: () => Promise<void> } = {},
) {
  const app = new EventEmitter();
  const window = new EventEmitter();
  const happened: string[] = [];
  const details: string[] = [];
  const questions: ((answer: Answer) => void)[] = [];
  const batch = { state, finished: [] as (() => void)[] };
  const quitting = quitCleanly({
    app: Object.assign(app, {
      quit: () => happened.push(ask(app, 'before-quit') ? 'quit was stopped' : 'quit'),
    }) as unknown as QuittingParts['app'],
    dialog: {
      showMessageBox: (_window: unknown, { buttons, detail }: { buttons: string[]; detail: string }) =>
        new Promise((resolve) => {
          happened.push('question');
          details.push(detail);
          questions.push((answer) => {
            resolve({ response: buttons.indexOf(answer), checkboxChecked: false });
          });
        }),
    } as unknown as QuittingParts['dialog'],
    log: { error: (message) => happened.push(message) },
    state: () => batch.state,
    isRecorded: () => options.isRecorded ?? true,
    asks: () => options.asks ?? true,
    finished: () =>
      new Promise((resolve) => {
        batch.finished.push(resolve);
      }),
    close: () => {
      happened.push('closed');
      return options.close?.() ?? Promise.resolve();
    },
  });
  quitting.guard(
    Object.assign(window, {
      hide: () => happened.push('hidden'),
      isDestroyed: () => false,
    }) as unknown as Parameters<typeof quitting.guard>[0],
  );
  return {
    happened,
    details,
    /** A person quits; tells whether that was stopped for now. */
    quit: () => ask(app, 'before-quit'),
    closeWindow: () => ask(window, 'close'),
    async answer(answer: Answer) {
      questions.shift()?.(answer);
      await settled();
    },
    async finish() {
      batch.state = 'ended';
      for (const resolve of batch.finished.splice(0)) resolve();
      await settled();
    },
  };
}

function ask(emitter: EventEmitter, event: string): boolean {
  let prevented = false;
  emitter.emit(event, { preventDefault: () => (prevented = true) });
  return prevented;
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('quitting', () => {
  it.each([undefined, 'ended', 'stopped', 'cancelling'] as const)(
    'closes and goes without a question when the batch is %s',
    async (state) => {
      const app = appWith(state);
      expect(app.quit()).toBe(true);
      await settled();
      expect(app.happened).toEqual(['hidden', 'closed', 'quit']);
      expect(app.closeWindow()).toBe(false);
    },
  );

  it.each(['working', 'paused', 'held'] as const)('asks when the batch is %s', async (state) => {
    const app = appWith(state);
    expect(app.quit()).toBe(true);
    await app.answer('Keep working');
    expect(app.happened).toEqual(['question']);
    expect(app.quit()).toBe(true);
    await app.answer('Stop and quit');
    expect(app.happened).toEqual(['question', 'question', 'hidden', 'closed', 'quit']);
  });

  it.each([
    ['working', true, 'the rest goes on when Millrace is opened again'],
    ['paused', true, 'the rest waits for you in Millrace, paused as it is now'],
    ['working', false, 'the rest is left as it is'],
  ] as const)('says what becomes of a batch that is %s, written down: %s', (state, isRecorded, words) => {
    const app = appWith(state, { isRecorded });
    app.quit();
    expect(app.details).toEqual([`What is done stays. If you stop now, ${words}.`]);
  });

  it('asks the same when the window is closed, which stays until then', async () => {
    const app = appWith('working');
    expect(app.closeWindow()).toBe(true);
    await app.answer('Keep working');
    expect(app.happened).toEqual(['question']);
  });

  it('asks once, however often somebody tries', async () => {
    const app = appWith('working');
    app.closeWindow();
    app.quit();
    expect(app.happened).toEqual(['question']);
    await app.answer('Stop and quit');
    app.quit();
    expect(app.happened).toEqual(['question', 'hidden', 'closed', 'quit']);
  });

  it('goes when the batch has finished', async () => {
    const app = appWith('working');
    app.quit();
    await app.answer('Finish, then quit');
    expect(app.happened).toEqual(['question']);
    await app.finish();
    expect(app.happened).toEqual(['question', 'hidden', 'closed', 'quit']);
  });

  it('stays when somebody changes their mind meanwhile', async () => {
    const app = appWith('working');
    app.quit();
    await app.answer('Finish, then quit');
    app.quit();
    await app.answer('Keep working');
    await app.finish();
    expect(app.happened).toEqual(['question', 'question']);
  });

  it('stops without a question for who does not want one', async () => {
    const app = appWith('working', { asks: false });
    app.quit();
    await settled();
    expect(app.happened).toEqual(['hidden', 'closed', 'quit']);
  });

  it('goes also when the batch cannot be closed', async () => {
    const app = appWith(undefined, { close: () => Promise.reject(new Error('stuck')) });
    app.quit();
    await settled();
    expect(app.happened).toEqual(['hidden', 'closed', 'The batch could not be closed: Error: stuck', 'quit']);
  });
});
