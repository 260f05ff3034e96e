import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { followPage, type PageLifeParts } from './page-life.ts';

/** A page that is followed, at a time of the test's choosing. */
function followed(response = 0) {
  const events = new EventEmitter();
  const happened: string[] = [];
  let time = 1_000;
  const write = (level: string) => (message: string) => happened.push(`${level}: ${message}`);
  followPage({
    contents: Object.assign(events, { reload: () => happened.push('reload') }) as unknown as Parameters<
      typeof followPage
    >[0]['contents'],
    dialog: {
      showMessageBox: ({ buttons }: { buttons: string[] }) => {
        happened.push(`asked: ${String(buttons[response])}`);
        return Promise.resolve({ response, checkboxChecked: false });
      },
    } as unknown as PageLifeParts['dialog'],
    log: { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') },
    now: () => time,
    quit: () => happened.push('quit'),
  });
  return {
    happened,
    emit: (name: string, ...details: unknown[]) => events.emit(name, ...details),
    die(reason = 'crashed') {
      events.emit('render-process-gone', {}, { reason, exitCode: 5 });
    },
    pass(ms: number) {
      time += ms;
    },
  };
}

const died = "error: The page's process is gone: crashed, exit code 5.";

describe('followPage', () => {
  it('writes what the page says, at its level', () => {
    const { emit, happened } = followed();
    const sourceId = 'app://millrace/assets/index.js';
    emit('console-message', { level: 'error', message: 'Broken', sourceId, lineNumber: 7 });
    emit('console-message', { level: 'warning', message: 'Odd', sourceId: '', lineNumber: 0 });
    emit('console-message', { level: 'info', message: 'Fine', sourceId: '', lineNumber: 0 });
    expect(happened).toEqual([
      'error: The page says: Broken (app://millrace/assets/index.js:7)',
      'warn: The page says: Odd',
      'debug: The page says: Fine',
    ]);
  });

  it('writes that the preload script failed', () => {
    const { emit, happened } = followed();
    emit('preload-error', {}, 'index.cjs', Object.assign(new Error('no'), { stack: 'Error: no' }));
    expect(happened).toEqual(['error: The preload script index.cjs failed: Error: no']);
  });

  it('brings a page back whose process died', () => {
    const { die, happened } = followed();
    die();
    expect(happened).toEqual([died, 'reload']);
  });

  it('does nothing when the page ended as it should', () => {
    const { die, happened } = followed();
    die('clean-exit');
    expect(happened).toEqual([]);
  });

  it('brings it back again when a while has passed', () => {
    const { die, pass, happened } = followed();
    die();
    pass(60_000);
    die();
    expect(happened).toEqual([died, 'reload', died, 'reload']);
  });

  it.each([
    [0, 'Open It Again', 'reload'],
    [1, 'Quit', 'quit'],
  ])('asks when it dies again at once (answer %i)', async (response, button, then) => {
    const { die, pass, happened } = followed(response);
    die();
    pass(1_000);
    die();
    await new Promise(setImmediate);
    expect(happened).toEqual([died, 'reload', died, `asked: ${button}`, then]);
  });
});
