import { app } from './app.ts';
import { BrowserWindow } from './browser-window.ts';
import { KnownEmitter } from './emitter.ts';
import { notImplemented, refuseUnknown, throwing } from './not-implemented.ts';

export interface Template {
  readonly label?: string;
  readonly id?: string;
  readonly role?: string;
  readonly type?: 'normal' | 'separator' | 'submenu' | 'checkbox' | 'radio' | 'header';
  readonly accelerator?: string;
  readonly enabled?: boolean;
  readonly visible?: boolean;
  readonly checked?: boolean;
  readonly submenu?: readonly Template[] | Menu;
  readonly click?: (item: MenuItem, window: BrowserWindow | undefined, event: object) => void;
}

const known = [
  'label',
  'sublabel',
  'toolTip',
  'id',
  'role',
  'type',
  'accelerator',
  'registerAccelerator',
  'acceleratorWorksWhenHidden',
  'enabled',
  'visible',
  'checked',
  'submenu',
  'click',
  'icon',
];

/** What roles are called and do. */
const roles: Readonly<Record<string, { label: string; act?: (window: BrowserWindow | undefined) => void }>> =
  {
    quit: { label: 'Quit', act: () => app.quit() },
    close: { label: 'Close Window', act: (window) => window?.close() },
    minimize: { label: 'Minimize', act: (window) => window?.minimize() },
    reload: { label: 'Reload', act: (window) => window?.webContents.reload() },
    forcereload: { label: 'Force Reload', act: (window) => window?.webContents.reloadIgnoringCache() },
    toggledevtools: {
      label: 'Toggle Developer Tools',
      act: (window) => window?.webContents.toggleDevTools(),
    },
    togglefullscreen: {
      label: 'Toggle Full Screen',
      act: (window) => window?.setFullScreen(!window.isFullScreen()),
    },
    resetzoom: { label: 'Actual Size', act: (window) => window?.webContents.setZoomLevel(0) },
    zoomin: { label: 'Zoom In', act: zoom(0.5) },
    zoomout: { label: 'Zoom Out', act: zoom(-0.5) },
    undo: { label: 'Undo' },
    redo: { label: 'Redo' },
    cut: { label: 'Cut' },
    copy: { label: 'Copy' },
    paste: { label: 'Paste' },
    pasteandmatchstyle: { label: 'Paste and Match Style' },
    delete: { label: 'Delete' },
    selectall: { label: 'Select All' },
    about: { label: 'About' },
    help: { label: 'Help' },
    window: { label: 'Window' },
    windowmenu: { label: 'Window' },
    editmenu: { label: 'Edit' },
    viewmenu: { label: 'View' },
    filemenu: { label: 'File' },
  };

function zoom(step: number): (window: BrowserWindow | undefined) => void {
  return (window) => {
    const contents = window?.webContents;
    contents?.setZoomLevel(contents.getZoomLevel() + step);
  };
}

export class MenuItem {
  readonly id: string;
  readonly role: string | undefined;
  readonly type: string;
  readonly accelerator: string | undefined;
  readonly submenu: Menu | undefined;
  label: string;
  enabled: boolean;
  visible: boolean;
  checked: boolean;
  readonly #click: Template['click'];

  constructor(template: Template) {
    refuseUnknown('MenuItem', template, known);
    const role = template.role?.toLowerCase();
    if (role !== undefined && !(role in roles)) throw notImplemented(`the menu role ${role}`);
    this.id = template.id ?? '';
    this.role = role;
    this.type = template.type ?? (template.submenu === undefined ? 'normal' : 'submenu');
    this.label = template.label ?? (role === undefined ? '' : (roles[role]?.label ?? ''));
    if (this.label === '' && this.type !== 'separator')
      throw new Error('Menu item must have a label or role');
    this.accelerator = template.accelerator;
    this.enabled = template.enabled ?? true;
    this.visible = template.visible ?? true;
    this.checked = template.checked ?? false;
    this.submenu =
      template.submenu === undefined || template.submenu instanceof Menu
        ? template.submenu
        : Menu.buildFromTemplate(template.submenu);
    this.#click = template.click;
  }

  click = (
    event: object = {},
    window: BrowserWindow | undefined = BrowserWindow.getFocusedWindow() ?? undefined,
  ): void => {
    if (!this.enabled) return;
    if (this.type === 'checkbox') this.checked = !this.checked;
    if (this.type === 'radio') this.checked = true;
    if (this.role === undefined) {
      this.#click?.(this, window, event);
      return;
    }
    const act = roles[this.role]?.act;
    if (act === undefined) throw notImplemented(`a click on the menu role ${this.role}`);
    act(window);
  };
}

let applicationMenu: Menu | null = null;
/** The context menu that is open. */
let openMenu: Menu | null = null;

export class Menu extends KnownEmitter {
  readonly items: MenuItem[] = [];

  constructor() {
    super('Menu', ['menu-will-show', 'menu-will-close']);
  }

  append(item: MenuItem): void {
    this.items.push(item);
  }

  insert(position: number, item: MenuItem): void {
    this.items.splice(position, 0, item);
  }

  getMenuItemById(id: string): MenuItem | null {
    for (const item of this.items) {
      const found = item.id === id ? item : item.submenu?.getMenuItemById(id);
      if (found !== null && found !== undefined) return found;
    }
    return null;
  }

  popup(): void {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- the menu itself is what is open
    openMenu = this;
  }

  closePopup(): void {
    openMenu = null;
  }

  static buildFromTemplate(template: readonly (Template | MenuItem)[]): Menu {
    const menu = new Menu();
    for (const item of template) menu.append(item instanceof MenuItem ? item : new MenuItem(item));
    return menu;
  }

  static setApplicationMenu(menu: Menu | null): void {
    applicationMenu = menu;
  }

  static getApplicationMenu(): Menu | null {
    return applicationMenu;
  }

  /** @internal */
  static getOpenMenu(): Menu | null {
    return openMenu;
  }
}

export const checkedMenu = throwing('Menu', Menu);
