import { KnownEmitter } from './emitter.ts';

type Source = 'system' | 'light' | 'dark';

export class NativeTheme extends KnownEmitter {
  #source: Source = 'system';
  #system: 'light' | 'dark' = 'light';

  constructor() {
    super('nativeTheme', ['updated']);
  }

  get themeSource(): Source {
    return this.#source;
  }

  set themeSource(source: Source) {
    this.#change(() => {
      this.#source = source;
    });
  }

  get shouldUseDarkColors(): boolean {
    return (this.#source === 'system' ? this.#system : this.#source) === 'dark';
  }

  readonly shouldUseHighContrastColors = false;

  /** @internal What the desktop around the app prefers. */
  systemPrefers(theme: 'light' | 'dark'): void {
    this.#change(() => {
      this.#system = theme;
    });
  }

  #change(change: () => void): void {
    const before = this.shouldUseDarkColors;
    change();
    if (this.shouldUseDarkColors !== before) this.emit('updated');
  }
}

export const nativeTheme = new NativeTheme();

/** As a page's style sheets see it. */
export function themeFeatures(): object[] {
  return [{ name: 'prefers-color-scheme', value: nativeTheme.shouldUseDarkColors ? 'dark' : 'light' }];
}
