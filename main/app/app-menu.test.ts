import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it } from 'vitest';
import { defaultSettings, type AppView, type BatchView } from '../../contract/app-state.ts';
import { MillraceError } from '../../contract/errors.ts';
import { openAppMenu, type AppMenuParts, type MenuDesk } from './app-menu.ts';

/** A menu above a desk whose batch is in this state. */
function open(state?: BatchView['state'], addPaths: MenuDesk['addPaths'] = () => Promise.resolve()) {
  const done: string[] = [];
  const menus: MenuItemConstructorOptions[][] = [];
  const theme: AppMenuParts['theme'] = { themeSource: 'system' };
  const act = (name: string) => () => {
    done.push(name);
    return Promise.resolve();
  };
  const update = openAppMenu({
    menu: {
      setApplicationMenu: () => undefined,
      buildFromTemplate: (template: MenuItemConstructorOptions[]) => menus.push(template),
    } as unknown as AppMenuParts['menu'],
    theme,
    platform: 'linux',
    shell: {
      chooseFiles: () => Promise.resolve(['/a.jpg']),
      chooseFolder: () => Promise.resolve(['/folder']),
      showLogs: () => done.push('logs'),
    },
    desk: {
      batch:
        state === undefined
          ? undefined
          : {
              state,
              pause: () => done.push('pause'),
              resume: () => done.push('resume'),
              cancel: act('cancel'),
            },
      view: () =>
        ({
          settings: defaultSettings,
          batch: { record: 'this one' },
          history: [{ batch: 'this one', replaced: 2 }],
        }) as unknown as AppView,
      setSettings: (settings) => {
        done.push(`theme ${settings.theme}`);
        theme.themeSource = settings.theme;
      },
      addPaths: async (paths) => {
        done.push(`add ${paths.join()}`);
        await addPaths(paths);
      },
      retry: act('retry'),
      clear: act('clear'),
      addSamples: act('samples'),
      undo: (batch) => act(`undo ${batch}`)(),
      notice: (text) => done.push(`notice: ${text}`),
    },
    command: (name) => done.push(`command ${name}`),
  });
  const view = { state, counts: { failed: 1, done: 1 } } as unknown as BatchView;
  update(state === undefined ? undefined : view);
  return {
    done,
    menus,
    update,
    async click(...path: string[]) {
      let items = menus.at(-1) ?? [];
      let item: MenuItemConstructorOptions | undefined;
      for (const label of path) {
        item = items.find((candidate) => (candidate.label ?? candidate.role) === label);
        items = Array.isArray(item?.submenu) ? item.submenu : [];
      }
      (item?.click as (() => void) | undefined)?.();
      await new Promise(setImmediate);
    },
  };
}

describe('the menu of the app', () => {
  it.each([
    [['File', 'Add Files…'], 'add /a.jpg'],
    [['File', 'Add Folder…'], 'add /folder'],
    [['Batch', 'Pause'], 'pause'],
    [['Batch', 'Cancel'], 'cancel'],
    [['Batch', 'Retry Failed'], 'retry'],
    [['Batch', 'Put Originals Back'], 'undo this one'],
    [['Batch', 'Clear'], 'clear'],
    [['File', 'Add Sample Pictures'], 'samples'],
    [['View', 'Theme', 'Dark'], 'theme dark'],
    [['View', 'Recipe'], 'command show-recipe'],
    [['help', 'Show Logs'], 'logs'],
  ])('%j: %s', async (path, deed) => {
    const { click, done } = open('working');
    await click(...path);
    expect(done).toEqual([deed]);
  });

  it('resumes what is paused', async () => {
    const { click, done } = open('paused');
    await click('Batch', 'Resume');
    expect(done).toEqual(['resume']);
  });

  it('tells in the window what went wrong', async () => {
    const refuse = (): Promise<void> =>
      Promise.reject(new MillraceError('source-not-found', 'There is no a.jpg any more.'));
    const { click, done } = open('working', refuse);
    await click('File', 'Add Files…');
    expect(done.at(-1)).toBe('notice: There is no a.jpg any more.');
  });

  it('is put up again only when something in it has changed', async () => {
    const { menus, update, click } = open();
    update(undefined);
    expect(menus).toHaveLength(1);
    const view = (done: number): BatchView =>
      ({ state: 'working', counts: { failed: 0, done } }) as unknown as BatchView;
    update(view(0));
    update(view(1));
    update(view(2));
    expect(menus).toHaveLength(3);
    await click('View', 'Theme', 'Light');
    update(view(2));
    expect(menus).toHaveLength(4);
  });
});
