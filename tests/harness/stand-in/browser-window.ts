import { app } from './app.ts';
import { KnownEmitter } from './emitter.ts';
import { notImplemented, refuseUnknown } from './not-implemented.ts';
import { requireReady } from './place.ts';
import { WebContents } from './web-contents.ts';

interface Bounds {
  x: number;
  y: number;
  width: number;
  height: number;
}

interface Options extends Partial<Bounds> {
  readonly minWidth?: number;
  readonly minHeight?: number;
  readonly show?: boolean;
  readonly title?: string;
  readonly webPreferences?: Readonly<Record<string, unknown>>;
}

const events = [
  'ready-to-show',
  'show',
  'hide',
  'close',
  'closed',
  'focus',
  'blur',
  'resize',
  'resized',
  'move',
  'moved',
  'minimize',
  'maximize',
  'unmaximize',
  'restore',
  'enter-full-screen',
  'leave-full-screen',
  'page-title-updated',
  'unresponsive',
  'responsive',
  'session-end',
];

const known = [
  'width',
  'height',
  'x',
  'y',
  'minWidth',
  'minHeight',
  'show',
  'title',
  'icon',
  'backgroundColor',
  'autoHideMenuBar',
  'center',
  'webPreferences',
];

/** What a page in a sandbox must have; other values would need what a browser has not. */
const required: Readonly<Record<string, unknown>> = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  webviewTag: false,
  webSecurity: true,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  navigateOnDragDrop: false,
  spellcheck: false,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  backgroundThrottling: false,
};

/** Newest last; the focused one is the last that was focused. */
const windows: BrowserWindow[] = [];
let focused: BrowserWindow | undefined;
let lastId = 0;

/** A window whose frame is imagined and whose page is real. */
export class BrowserWindow extends KnownEmitter {
  readonly id: number;
  readonly webContents: WebContents;
  readonly #minimum: { width: number; height: number };
  #bounds: Bounds;
  #normal: Bounds;
  #title: string;
  #visible = false;
  #destroyed = false;
  #state: 'normal' | 'minimized' | 'maximized' | 'full-screen' = 'normal';
  #progress = -1;

  constructor(options: Options = {}) {
    requireReady('BrowserWindow');
    super('BrowserWindow', events);
    refuseUnknown('BrowserWindow', options, known);
    const { preload, ...preferences } = options.webPreferences ?? {};
    for (const [key, value] of Object.entries(preferences)) {
      if (!(key in required) || required[key] !== value) {
        throw notImplemented(`webPreferences.${key}: ${String(value)}`);
      }
    }
    this.id = lastId += 1;
    const { width = 800, height = 600, x = 0, y = 0, minWidth = 0, minHeight = 0 } = options;
    this.#minimum = { width: minWidth, height: minHeight };
    this.#bounds = { x, y, width: Math.max(width, minWidth), height: Math.max(height, minHeight) };
    this.#normal = this.#bounds;
    this.#title = options.title ?? app.getName();
    windows.push(this);
    this.webContents = new WebContents(typeof preload === 'string' ? { preload } : {}, this.#bounds);
    this.webContents.once('did-finish-load', () => this.emit('ready-to-show', {}));
    app.emit('browser-window-created', {}, this);
    if (options.show !== false) this.show();
  }

  loadURL(url: string): Promise<void> {
    return this.webContents.loadURL(url);
  }

  show(): void {
    if (!this.#visible) {
      this.#visible = true;
      this.emit('show', {});
    }
    this.focus();
  }

  showInactive(): void {
    if (this.#visible) return;
    this.#visible = true;
    this.emit('show', {});
  }

  hide(): void {
    if (!this.#visible) return;
    this.#visible = false;
    this.blur();
    this.emit('hide', {});
  }

  isVisible(): boolean {
    return this.#visible;
  }

  focus(): void {
    if (focused === this) return;
    focused?.blur();
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- the window itself is what is focused
    focused = this;
    this.emit('focus', {});
    app.emit('browser-window-focus', {}, this);
  }

  blur(): void {
    if (focused !== this) return;
    focused = undefined;
    this.emit('blur', {});
    app.emit('browser-window-blur', {}, this);
  }

  isFocused(): boolean {
    return focused === this;
  }

  minimize(): void {
    this.#become('minimized', 'minimize');
    this.blur();
  }

  maximize(): void {
    this.#become('maximized', 'maximize');
    this.#place({ x: 0, y: 0, width: 1920, height: 1080 });
  }

  unmaximize(): void {
    if (this.#state !== 'maximized') return;
    this.#become('normal', 'unmaximize');
    this.#place(this.#normal);
  }

  restore(): void {
    if (this.#state !== 'minimized') return;
    this.#become('normal', 'restore');
    this.focus();
  }

  isMinimized(): boolean {
    return this.#state === 'minimized';
  }

  isMaximized(): boolean {
    return this.#state === 'maximized';
  }

  isFullScreen(): boolean {
    return this.#state === 'full-screen';
  }

  isNormal(): boolean {
    return this.#state === 'normal';
  }

  setFullScreen(on: boolean): void {
    if (on === this.isFullScreen()) return;
    this.#become(on ? 'full-screen' : 'normal', on ? 'enter-full-screen' : 'leave-full-screen');
    this.#place(on ? { x: 0, y: 0, width: 1920, height: 1080 } : this.#normal);
  }

  #become(state: 'normal' | 'minimized' | 'maximized' | 'full-screen', event: string): void {
    if (this.#state === 'normal') this.#normal = this.#bounds;
    this.#state = state;
    this.emit(event, {});
  }

  getBounds(): Bounds {
    return { ...this.#bounds };
  }

  getNormalBounds(): Bounds {
    return { ...(this.#state === 'normal' ? this.#bounds : this.#normal) };
  }

  getContentBounds(): Bounds {
    return this.getBounds();
  }

  setBounds(bounds: Partial<Bounds>): void {
    this.#place({ ...this.#bounds, ...bounds });
  }

  getSize(): [number, number] {
    return [this.#bounds.width, this.#bounds.height];
  }

  setSize(width: number, height: number): void {
    this.setBounds({ width, height });
  }

  #place(bounds: Bounds): void {
    const { width, height } = this.#minimum;
    const before = this.#bounds;
    this.#bounds = {
      ...bounds,
      width: Math.max(width, bounds.width),
      height: Math.max(height, bounds.height),
    };
    if (before.x !== this.#bounds.x || before.y !== this.#bounds.y) this.emit('move', {});
    if (before.width === this.#bounds.width && before.height === this.#bounds.height) return;
    this.webContents.resize(this.#bounds);
    this.emit('resize', {});
    this.emit('resized', {});
  }

  setTitle(title: string): void {
    this.#title = title;
  }

  getTitle(): string {
    return this.#title;
  }

  setProgressBar(progress: number): void {
    this.#progress = progress;
  }

  /** @internal */
  progress(): number {
    return this.#progress;
  }

  flashFrame(): void {
    // Nobody sees it here.
  }

  setBackgroundColor(): void {
    // Of the moment before the page is there.
  }

  setMenuBarVisibility(): void {
    // The menu is imagined.
  }

  /** As a person would: whoever listens may prevent it. */
  close(): void {
    if (this.#destroyed || this.ask('close')) return;
    this.destroy();
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.blur();
    windows.splice(windows.indexOf(this), 1);
    this.webContents.destroy();
    this.emit('closed');
    app.windowClosed(windows.length);
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }

  static getAllWindows(): BrowserWindow[] {
    return [...windows];
  }

  static getFocusedWindow(): BrowserWindow | null {
    return focused ?? null;
  }

  static fromWebContents(contents: object): BrowserWindow | null {
    return windows.find((window) => window.webContents === contents) ?? null;
  }

  static fromId(id: number): BrowserWindow | null {
    return windows.find((window) => window.id === id) ?? null;
  }
}
