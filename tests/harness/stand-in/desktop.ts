import { existsSync, readFileSync } from 'node:fs';
import { KnownEmitter } from './emitter.ts';
import { throwing } from './not-implemented.ts';
import { requireReady } from './place.ts';

/** The parts of a desktop that an app touches, as a desktop on which nothing else happens. */

class Notification extends KnownEmitter {
  readonly title: string;
  readonly body: string;

  constructor({ title = '', body = '' }: { title?: string; body?: string } = {}) {
    super('Notification', ['show', 'click', 'close', 'failed', 'reply', 'action']);
    this.title = title;
    this.body = body;
  }

  show(): void {
    requireReady('Notification');
    setImmediate(() => this.emit('show', {}));
  }

  close(): void {
    setImmediate(() => this.emit('close', {}));
  }

  static isSupported(): boolean {
    return true;
  }
}

export { Notification };

export const shell = throwing('shell', {
  openExternal: () => Promise.resolve(),
  openPath: (path: string) => Promise.resolve(existsSync(path) ? '' : `There is no ${path}`),
  showItemInFolder: () => undefined,
  beep: () => undefined,
});

const blockers = new Set<number>();
let lastBlocker = 0;

export const powerSaveBlocker = throwing('powerSaveBlocker', {
  start(type: string): number {
    if (type !== 'prevent-app-suspension' && type !== 'prevent-display-sleep')
      throw new Error(`Invalid type ${type}`);
    blockers.add((lastBlocker += 1));
    return lastBlocker;
  },
  stop: (id: number) => blockers.delete(id),
  isStarted: (id: number) => blockers.has(id),
});

let copied = '';

export const clipboard = throwing('clipboard', {
  writeText: (text: string) => {
    copied = text;
  },
  readText: () => copied,
  clear: () => {
    copied = '';
  },
});

export class NativeImage {
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  isEmpty(): boolean {
    return this.#bytes.length === 0;
  }

  toPNG(): Buffer {
    return this.#bytes;
  }

  /** The picture is never seen: only whether there is one counts. */
  resize(): this {
    return this;
  }
}

export const nativeImage = throwing('nativeImage', {
  createEmpty: () => new NativeImage(Buffer.alloc(0)),
  createFromPath: (path: string) => new NativeImage(existsSync(path) ? readFileSync(path) : Buffer.alloc(0)),
  createFromBuffer: (bytes: Buffer) => new NativeImage(bytes),
  createFromDataURL: (url: string) => new NativeImage(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64')),
});

const area = { x: 0, y: 0, width: 1920, height: 1080 };
const display = { id: 1, bounds: area, workArea: area, size: area, workAreaSize: area, scaleFactor: 1 };

export class Screen extends KnownEmitter {
  constructor() {
    super('screen', ['display-added', 'display-removed', 'display-metrics-changed']);
  }

  getPrimaryDisplay(): typeof display {
    requireReady('screen');
    return display;
  }

  getAllDisplays(): (typeof display)[] {
    return [this.getPrimaryDisplay()];
  }

  getDisplayMatching(): typeof display {
    return this.getPrimaryDisplay();
  }

  getDisplayNearestPoint(): typeof display {
    return this.getPrimaryDisplay();
  }

  getCursorScreenPoint(): { x: number; y: number } {
    return { x: 0, y: 0 };
  }
}

export const screen = new Screen();
