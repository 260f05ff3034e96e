import type { Menu, NativeTheme } from 'electron';
import type { AppView, BatchView, Settings } from '../../contract/app-state.ts';
import { menuTemplate, type MenuActions, type MenuState } from './menu.ts';
import type { Shell } from './shell.ts';

/** What the desk does for the menu. */
export interface MenuDesk {
  readonly batch:
    | { readonly state: BatchView['state']; pause(): void; resume(): void; cancel(): Promise<void> }
    | undefined;
  view(): AppView;
  setSettings(settings: Settings): void;
  addPaths(paths: readonly string[]): Promise<void>;
  retry(ids: readonly number[] | undefined): Promise<void>;
  clear(): Promise<void>;
  addSamples(): Promise<void>;
  undo(batch: string): Promise<unknown>;
  notice(text: string): void;
}

export interface AppMenuParts {
  readonly menu: Pick<typeof Menu, 'setApplicationMenu' | 'buildFromTemplate'>;
  readonly theme: Pick<NativeTheme, 'themeSource'>;
  readonly platform: NodeJS.Platform;
  readonly shell: Pick<Shell, 'chooseFiles' | 'chooseFolder' | 'showLogs'>;
  readonly desk: MenuDesk;
  readonly command: MenuActions['command'];
}

/** Puts the menu up; the returned function brings it up to date, and leaves it alone when nothing has changed. */
export function openAppMenu(parts: AppMenuParts): (view: BatchView | undefined) => void {
  const { menu, theme, platform, desk } = parts;
  const actions = menuActions(parts);
  let shown: string | undefined;

  return (view) => {
    const state: MenuState = {
      batch: view?.state,
      hasFailed: (view?.counts.failed ?? 0) > 0,
      hasDone: (view?.counts.done ?? 0) > 0,
      hasSkipped: (view?.counts.skipped ?? 0) > 0,
      hasReplaced: replacedBatch(desk) !== undefined,
      theme: theme.themeSource,
    };
    const key = JSON.stringify(state);
    if (key === shown) return;
    shown = key;
    menu.setApplicationMenu(menu.buildFromTemplate(menuTemplate(state, actions, platform)));
  };
}

/** The batch in the window, when originals of it can be put back. */
function replacedBatch(desk: MenuDesk): string | undefined {
  const { batch, history } = desk.view();
  return history.find((entry) => entry.batch === batch?.record && entry.replaced > 0)?.batch;
}

function menuActions({ shell, desk, command }: AppMenuParts): MenuActions {
  /** What goes wrong is told in the window: nobody waits for a menu item. */
  const run = (act: () => Promise<void>) => (): void =>
    void act().catch((error: unknown) => {
      desk.notice(error instanceof Error ? error.message : String(error));
    });
  return {
    addFiles: run(async () => desk.addPaths(await shell.chooseFiles())),
    addFolder: run(async () => desk.addPaths(await shell.chooseFolder())),
    pauseOrResume() {
      if (desk.batch?.state === 'working') desk.batch.pause();
      else desk.batch?.resume();
    },
    cancel: run(async () => desk.batch?.cancel()),
    retryFailed: run(() => desk.retry(undefined)),
    clear: run(() => desk.clear()),
    addSamples: run(() => desk.addSamples()),
    undo: run(async () => {
      const batch = replacedBatch(desk);
      if (batch !== undefined) await desk.undo(batch);
    }),
    setTheme(next) {
      desk.setSettings({ ...desk.view().settings, theme: next });
    },
    showLogs: shell.showLogs,
    command,
  };
}
