import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { KnownEmitter } from './emitter.ts';
import { throwing } from './not-implemented.ts';
import { isReady } from './place.ts';
import { takeLock } from './single-instance.ts';

const events = [
  'ready',
  'will-finish-launching',
  'before-quit',
  'will-quit',
  'quit',
  'window-all-closed',
  'activate',
  'second-instance',
  'open-file',
  'open-url',
  'web-contents-created',
  'browser-window-created',
  'browser-window-focus',
  'browser-window-blur',
  'child-process-gone',
  'render-process-gone',
  'session-created',
  'gpu-info-update',
  'certificate-error',
  'login',
  'accessibility-support-changed',
];

/** The windows, without a circle of modules. */
export interface Windows {
  getAllWindows(): { close(): void; destroy(): void }[];
}

export interface Metric {
  readonly pid: number;
  readonly type: string;
  readonly name?: string;
  readonly serviceName?: string;
}

const home = homedir();
const script = resolve(process.argv[1] ?? '.');
const { path: appPath, name: packageName, version } = readPackage();

export class App extends KnownEmitter {
  readonly commandLine = throwing('app.commandLine', {
    appendSwitch: () => undefined,
    appendArgument: () => undefined,
    hasSwitch: (name: string) => process.argv.includes(`--${name}`),
    getSwitchValue: (name: string) =>
      process.argv.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3) ?? '',
  });
  /** Only on macOS. */
  readonly dock = undefined;
  readonly isPackaged = false;
  #name = packageName;
  #state: 'starting' | 'ready' | 'quitting' | 'gone' = 'starting';
  readonly #paths = new Map<string, string>();
  #windows: Windows = { getAllWindows: () => [] };
  #metrics: () => Metric[] = () => [];
  /** What has to end with the app. */
  readonly #endings: (() => void)[] = [];
  #lock: ReturnType<typeof takeLock> | undefined;

  constructor() {
    super('app', events);
  }

  get name(): string {
    return this.#name;
  }

  set name(name: string) {
    this.#name = name;
  }

  getName(): string {
    return this.#name;
  }

  setName(name: string): void {
    this.#name = name;
  }

  getVersion(): string {
    return version;
  }

  getAppPath(): string {
    return appPath;
  }

  getLocale(): string {
    return 'en-US';
  }

  getSystemLocale(): string {
    return 'en-US';
  }

  getPreferredSystemLanguages(): string[] {
    return ['en-US'];
  }

  isReady(): boolean {
    return this.#state !== 'starting';
  }

  whenReady(): Promise<void> {
    if (this.isReady()) return Promise.resolve();
    return new Promise((done) => {
      this.once('ready', () => done());
    });
  }

  getPath(name: string): string {
    const set = this.#paths.get(name);
    if (set !== undefined) return set;
    const appData = process.env['XDG_CONFIG_HOME'] ?? join(home, '.config');
    switch (name) {
      case 'home':
        return home;
      case 'appData':
        return appData;
      case 'userData':
      case 'sessionData':
        return join(this.#paths.get('appData') ?? appData, this.#name);
      case 'temp':
        return tmpdir();
      case 'exe':
        return process.execPath;
      case 'module':
        return process.execPath;
      case 'logs':
        return join(this.getPath('userData'), 'logs');
      case 'crashDumps':
        return join(this.getPath('userData'), 'Crashpad');
      case 'desktop':
      case 'documents':
      case 'downloads':
      case 'music':
      case 'pictures':
      case 'videos':
        return join(home, `${name.charAt(0).toUpperCase()}${name.slice(1)}`);
      default:
        throw new Error(`Failed to get '${name}' path`);
    }
  }

  setPath(name: string, path: string): void {
    mkdirSync(path, { recursive: true });
    this.#paths.set(name, path);
  }

  setAppLogsPath(path = join(this.getPath('userData'), 'logs')): void {
    this.setPath('logs', path);
  }

  requestSingleInstanceLock(additionalData: object = {}): boolean {
    this.#lock ??= takeLock(this.getPath('userData'), (other) => {
      this.emit('second-instance', {}, other.argv, other.cwd, other.additionalData);
    });
    if (!this.#lock.isFirst) this.#lock.tell({ argv: process.argv, cwd: process.cwd(), additionalData });
    return this.#lock.isFirst;
  }

  hasSingleInstanceLock(): boolean {
    return this.#lock?.isFirst ?? false;
  }

  releaseSingleInstanceLock(): void {
    this.#lock?.release();
    this.#lock = undefined;
  }

  getAppMetrics(): Metric[] {
    return [{ pid: process.pid, type: 'Browser' }, ...this.#metrics()];
  }

  focus(): void {
    // There is no other app to be in front of.
  }

  addRecentDocument(path: string): void {
    if (path === '') throw new TypeError('Error processing argument at index 0');
  }

  clearRecentDocuments(): void {
    // There is no list of them to see.
  }

  setAppUserModelId(): void {
    // Only Windows has one.
  }

  setDesktopName(): void {
    // Only for a desktop.
  }

  setBadgeCount(): boolean {
    return false;
  }

  setAboutPanelOptions(): void {
    // Shown by `showAboutPanel`, which is not implemented.
  }

  enableSandbox(): void {
    // Every page has one here.
  }

  disableHardwareAcceleration(): void {
    // A browser without a window has none.
  }

  /** Asks every window; one that prevents its closing stops it all. */
  quit(): void {
    if (this.#state === 'quitting' || this.#state === 'gone') return;
    if (this.ask('before-quit')) return;
    const before = this.#state;
    this.#state = 'quitting';
    for (const window of this.#windows.getAllWindows()) window.close();
    if (this.#windows.getAllWindows().length > 0) this.#state = before;
    else this.#leave();
  }

  exit(code = 0): void {
    if (this.#state === 'gone') return;
    this.#state = 'quitting';
    for (const window of this.#windows.getAllWindows()) window.destroy();
    this.#end(code);
  }

  #leave(): void {
    // Not while a caller of `quit` or a window's listener is still at it.
    setImmediate(() => {
      if (this.ask('will-quit')) {
        this.#state = 'ready';
        return;
      }
      this.#end(0);
    });
  }

  #end(code: number): void {
    this.#state = 'gone';
    this.emit('quit', {}, code);
    for (const end of this.#endings) end();
    this.#lock?.release();
    process.exit(code);
  }

  /** @internal */
  windowClosed(left: number): void {
    if (left > 0 || this.#state !== 'ready') return;
    if (this.listenerCount('window-all-closed') === 0) this.quit();
    else this.emit('window-all-closed');
  }

  /** @internal */
  use(windows: Windows, metrics: () => Metric[]): void {
    this.#windows = windows;
    this.#metrics = metrics;
  }

  /** @internal */
  atEnd(end: () => void): void {
    this.#endings.push(end);
  }

  /** @internal */
  becomeReady(): void {
    if (!isReady() || this.#state !== 'starting') return;
    this.#state = 'ready';
    this.emit('will-finish-launching');
    this.emit('ready', {}, {});
  }
}

export const app = new App();

/** As Electron: the folder above the script that has a package.json says what the app is. */
function readPackage(): { path: string; name: string; version: string } {
  for (let folder = dirname(script); ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file)) {
      const content = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string | undefined>;
      return {
        path: folder,
        name: content['productName'] ?? content['name'] ?? 'Electron',
        version: content['version'] ?? '0.0.0',
      };
    }
    if (folder === dirname(folder)) return { path: dirname(script), name: 'Electron', version: '0.0.0' };
  }
}
