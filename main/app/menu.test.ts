import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it } from 'vitest';
import { menuTemplate, type MenuActions, type MenuState } from './menu.ts';

const idle: MenuState = {
  batch: undefined,
  hasFailed: false,
  hasDone: false,
  hasSkipped: false,
  hasReplaced: false,
  theme: 'system',
};

/** The menu in this state: its items by `Menu > Item`, and what was done by clicks. */
function menu(state: Partial<MenuState> = {}, platform: NodeJS.Platform = 'linux') {
  const done: string[] = [];
  const act =
    (name: string) =>
    (what = ''): void => {
      done.push(`${name}${what && ` ${what}`}`);
    };
  const actions: MenuActions = {
    addFiles: act('addFiles'),
    addFolder: act('addFolder'),
    addSamples: act('addSamples'),
    pauseOrResume: act('pauseOrResume'),
    cancel: act('cancel'),
    retryFailed: act('retryFailed'),
    clear: act('clear'),
    undo: act('undo'),
    setTheme: act('setTheme'),
    showLogs: act('showLogs'),
    command: act('command'),
  };
  const items = new Map<string, MenuItemConstructorOptions>();
  const add = (template: readonly MenuItemConstructorOptions[], above: string): void => {
    for (const item of template) {
      if (item.type === 'separator') continue;
      const path = `${above}${item.label ?? item.role ?? ''}`;
      items.set(path, item);
      if (Array.isArray(item.submenu)) add(item.submenu, `${path} > `);
    }
  };
  add(menuTemplate({ ...idle, ...state }, actions, platform), '');
  return {
    items,
    done,
    isEnabled: (path: string) => items.get(path)?.enabled ?? items.has(path),
    click(path: string) {
      const click = items.get(path)?.click as (() => void) | undefined;
      if (click === undefined) throw new Error(`${path} does nothing.`);
      click();
    },
  };
}

describe('the menu', () => {
  it.each([
    ['File > Add Files…', 'addFiles'],
    ['File > Add Folder…', 'addFolder'],
    ['File > Settings…', 'command show-settings'],
    ['Edit > Select All Pictures', 'command select-all'],
    ['Edit > Find', 'command focus-filter'],
    ['Batch > Pause', 'pauseOrResume'],
    ['Batch > Cancel', 'cancel'],
    ['Batch > Retry Failed', 'retryFailed'],
    ['Batch > Convert Anyway', 'command convert-anyway'],
    ['Batch > Put Originals Back', 'undo'],
    ['Batch > Clear', 'clear'],
    ['File > Add Sample Pictures', 'addSamples'],
    ['Selection > Show Result in Folder', 'command show-result'],
    ['Selection > Show Original in Folder', 'command show-original'],
    ['Selection > Try Again', 'command retry-selected'],
    ['Selection > Cancel Selected', 'command cancel-selected'],
    ['Selection > Copy Reasons', 'command copy-reasons'],
    ['Selection > Remove from List', 'command remove'],
    ['View > Compare', 'command compare'],
    ['View > Recipe', 'command show-recipe'],
    ['View > History…', 'command show-history'],
    ['View > Theme > Dark', 'setTheme dark'],
    ['help > Show Logs', 'showLogs'],
  ])('%s: %s', (path, deed) => {
    const { click, done } = menu();
    click(path);
    expect(done).toEqual([deed]);
  });

  it.each(['linux', 'win32', 'darwin'] as const)(
    'has a key of its own for every action on %s',
    (platform) => {
      const { items } = menu({}, platform);
      const clickable = [...items].filter(
        ([path, item]) => item.click !== undefined && !path.includes('Theme'),
      );
      const keys = clickable.map(([, item]) => item.accelerator?.toString());
      expect(clickable.filter((_, index) => keys[index] === undefined)).toEqual([]);
      expect(new Set(keys).size).toBe(keys.length);
    },
  );

  it.each([
    [undefined, 'Pause', [false, false, false]],
    ['working', 'Pause', [true, true, true]],
    ['paused', 'Resume', [true, true, true]],
    ['held', 'Resume', [true, true, true]],
    ['cancelling', 'Pause', [false, false, true]],
    ['ended', 'Pause', [false, false, true]],
    ['stopped', 'Pause', [false, false, true]],
  ] as const)('fits a batch that is %s', (batch, pauseOrResume, enabled) => {
    const { isEnabled } = menu({ batch });
    expect([pauseOrResume, 'Cancel', 'Clear'].map((label) => isEnabled(`Batch > ${label}`))).toEqual(enabled);
  });

  it('offers to try again what failed, and to compare what is done', () => {
    expect(menu({ batch: 'ended' }).isEnabled('Batch > Retry Failed')).toBe(false);
    expect(menu({ batch: 'ended', hasFailed: true }).isEnabled('Batch > Retry Failed')).toBe(true);
    expect(menu({ batch: 'stopped', hasFailed: true }).isEnabled('Batch > Retry Failed')).toBe(false);
    expect(menu({ batch: 'ended' }).isEnabled('View > Compare')).toBe(false);
    expect(menu({ batch: 'working', hasDone: true }).isEnabled('View > Compare')).toBe(true);
  });

  it('offers what can be done about what was left as it is, or replaced, and the samples where there is no batch', () => {
    const { isEnabled } = menu({ batch: 'ended' });
    expect(['Convert Anyway', 'Put Originals Back'].map((label) => isEnabled(`Batch > ${label}`))).toEqual([
      false,
      false,
    ]);
    expect(menu({ batch: 'ended', hasSkipped: true }).isEnabled('Batch > Convert Anyway')).toBe(true);
    expect(menu({ batch: 'ended', hasReplaced: true }).isEnabled('Batch > Put Originals Back')).toBe(true);
    expect(isEnabled('File > Add Sample Pictures')).toBe(false);
    expect(menu().isEnabled('File > Add Sample Pictures')).toBe(true);
  });

  it('has nothing to do with a selection where there is no list', () => {
    const entries = (state: Partial<MenuState>): string[] => {
      const { items, isEnabled } = menu(state);
      return [...items.keys()].filter((path) => path.startsWith('Selection > ') && isEnabled(path));
    };
    expect(entries({})).toEqual([]);
    expect(entries({ batch: 'working' })).toEqual(
      ['Show Original in Folder', 'Try Again', 'Cancel Selected', 'Remove from List'].map(
        (label) => `Selection > ${label}`,
      ),
    );
  });

  it('marks the theme', () => {
    const { items } = menu({ theme: 'light' });
    const marked = [...items].filter(([, item]) => item.checked === true).map(([path]) => path);
    expect(marked).toEqual(['View > Theme > Light']);
  });

  it('has what a Mac expects in its own menu, and elsewhere in File and Help', () => {
    const mac = menu({}, 'darwin').items;
    for (const path of ['about', 'Settings…', 'hide', 'quit'])
      expect(mac.has(`Millrace > ${path}`)).toBe(true);
    expect(mac.has('File > close')).toBe(true);
    expect(mac.has('windowMenu')).toBe(true);
    const other = menu({}, 'win32').items;
    for (const path of ['File > Settings…', 'File > quit', 'help > About Millrace'])
      expect(other.has(path)).toBe(true);
    expect([...other.keys()].filter((path) => path.startsWith('Millrace'))).toEqual([]);
  });
});
