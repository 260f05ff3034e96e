import { randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { app } from './app.ts';
import { createCodec } from './codec.ts';
import { messageOfCall, messageOfThrow } from './console-message.ts';
import { addressOfLine, openDocument, type PageDocument } from './document.ts';
import { KnownEmitter } from './emitter.ts';
import { nativeTheme, themeFeatures } from './native-theme.ts';
import { notImplemented, refuseUnknown } from './not-implemented.ts';
import { fromBrowserAddress, toBrowserAddress } from './page-server.ts';
import { isolatedWorld, isolatedWorldScript, mainWorldScript } from './page/scripts.ts';
import { requireReady } from './place.ts';
import { defaultSession, permissionsOf } from './session.ts';
import type { Socket, SocketListeners } from './websocket.ts';

const events = [
  'did-finish-load',
  'did-fail-load',
  'did-start-loading',
  'did-stop-loading',
  'dom-ready',
  'did-navigate',
  'will-navigate',
  'will-redirect',
  'will-attach-webview',
  'will-prevent-unload',
  'will-frame-navigate',
  'render-process-gone',
  'preload-error',
  'console-message',
  'context-menu',
  'before-input-event',
  'unresponsive',
  'responsive',
  'destroyed',
  'focus',
  'blur',
];

/** Those that must be as a sandboxed page has them, and the script that goes with it. */
export interface WebPreferences {
  readonly preload?: string;
}

const all = new Map<number, WebContents>();
let lastId = 0;

/** A page of the browser, as Electron's main process sees it. */
export class WebContents extends KnownEmitter {
  readonly id: number;
  readonly session = defaultSession;
  readonly #preload: string;
  readonly #secret = randomUUID();
  /** Settles when the page exists and is ready to be told things. */
  readonly #page: Promise<string>;
  #session = '';
  #target = '';
  #address = '';
  #document: PageDocument | undefined;
  /** Messages for a document that is on its way. */
  #early: (() => void)[] = [];
  #state: 'empty' | 'loading' | 'loaded' | 'destroyed' = 'empty';
  #expected = false;
  #size = { width: 800, height: 600 };
  #zoom = 1;
  #windowOpen: ((details: object) => { action: string }) | undefined;

  constructor(preferences: WebPreferences, size: { width: number; height: number }) {
    super('webContents', events);
    this.id = lastId += 1;
    this.#size = size;
    this.#preload = preferences.preload === undefined ? '' : readFileSync(preferences.preload, 'utf8');
    all.set(this.id, this);
    this.#page = this.#open();
    this.#page.catch(() => undefined);
    app.emit('web-contents-created', {}, this);
  }

  async #open(): Promise<string> {
    const { devTools } = requireReady('BrowserWindow').browser;
    const { targetId } = await devTools.send('Target.createTarget', { url: 'about:blank', newWindow: true });
    this.#target = String(targetId);
    const attached = await devTools.send('Target.attachToTarget', { targetId, flatten: true });
    this.#session = String(attached['sessionId']);
    devTools.onEvent(this.#session, (method, params) => {
      this.#told(method, params);
    });
    const options = {
      secret: this.#secret,
      line: `/${this.#secret}/${String(this.id)}`,
      platform: process.platform,
      versions: { ...process.versions } as Record<string, string>,
    };
    await Promise.all([
      this.#send('Page.enable'),
      this.#send('Inspector.enable'),
      this.#send('Runtime.enable'),
      this.#send('Fetch.enable', { patterns: [{ urlPattern: '*', resourceType: 'Document' }] }),
      this.#send('Page.addScriptToEvaluateOnNewDocument', { source: mainWorldScript(this.#secret) }),
      this.#send('Page.addScriptToEvaluateOnNewDocument', {
        worldName: isolatedWorld,
        source: isolatedWorldScript(options, this.#preload),
      }),
      this.#applySize(),
      this.#applyTheme(),
    ]);
    return this.#session;
  }

  /** To the page, which must exist. */
  #send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    return requireReady('webContents').browser.devTools.send(method, params, this.#session);
  }

  async #sendWhenThere(method: string, params: object = {}): Promise<Record<string, unknown>> {
    await this.#page;
    return this.#send(method, params);
  }

  #told(method: string, params: Record<string, unknown>): void {
    switch (method) {
      case 'Fetch.requestPaused':
        this.#mayNavigate(params as unknown as PausedRequest);
        return;
      case 'Page.frameStartedLoading':
        if (params['frameId'] !== this.#target) return;
        this.#state = 'loading';
        this.emit('did-start-loading');
        return;
      case 'Page.frameNavigated': {
        const { id, url } = params['frame'] as { id: string; url: string };
        if (id !== this.#target) return;
        this.#address = fromBrowserAddress(url);
        this.emit('did-navigate', {}, this.#address);
        return;
      }
      case 'Page.domContentEventFired':
        this.emit('dom-ready', {});
        return;
      case 'Page.loadEventFired':
        this.#state = 'loaded';
        this.emit('did-stop-loading');
        this.emit('did-finish-load');
        return;
      case 'Runtime.consoleAPICalled':
        this.emit('console-message', messageOfCall(params));
        return;
      case 'Runtime.exceptionThrown':
        this.emit('console-message', messageOfThrow(params));
        return;
      case 'Inspector.targetCrashed':
        this.#document?.close();
        this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 139 });
    }
  }

  #mayNavigate({ requestId, request: { url }, frameId }: PausedRequest): void {
    const address = fromBrowserAddress(url);
    const own = frameId !== this.#target || this.#expected;
    this.#expected = false;
    const stopped =
      !own && this.ask('will-navigate', { url: address, isMainFrame: true, isSameDocument: false }, address);
    const answer = stopped
      ? this.#send('Fetch.failRequest', { requestId, errorReason: 'Aborted' })
      : this.#send('Fetch.continueRequest', { requestId });
    // The page may be gone by now.
    answer.catch(() => undefined);
  }

  /** @internal A document of this page has opened its line. */
  connect(path: string): ((socket: Socket) => SocketListeners) | undefined {
    if (!path.startsWith(`/${this.#secret}/`) || this.#state === 'destroyed') return undefined;
    return (socket) => {
      this.#document?.close();
      const document = openDocument(socket, addressOfLine(path), {
        sender: this,
        openWindow: (details) => {
          this.#askWindow(details);
        },
        preloadFailed: (error) => {
          process.stderr.write(`Unable to load preload script: ${error.message}\n`);
          this.emit('preload-error', {}, '', error);
        },
        gone: (gone) => {
          if (this.#document === gone) this.#document = undefined;
        },
      });
      this.#document = document;
      for (const deliver of this.#early.splice(0)) deliver();
      return document.listeners;
    };
  }

  #askWindow(details: object): void {
    const answer = this.#windowOpen?.({ ...details, disposition: 'new-window', referrer: { url: '' } });
    if (answer?.action !== 'deny') throw notImplemented('a window that a page opens');
  }

  async loadURL(url: string): Promise<void> {
    await this.#page;
    const permissions = await permissionsOf(new URL(url).origin);
    for (const permission of permissions) {
      await requireReady('session').browser.devTools.send('Browser.setPermission', {
        ...permission,
        origin: new URL(toBrowserAddress(url)).origin,
      });
    }
    this.#state = 'loading';
    const loaded = new Promise<void>((resolve) => {
      this.once('did-finish-load', resolve);
    });
    this.#expected = true;
    const { errorText } = await this.#send('Page.navigate', { url: toBrowserAddress(url) });
    if (typeof errorText === 'string' && errorText !== '') {
      this.#expected = false;
      this.emit('did-fail-load', {}, -2, errorText, url, true);
      throw new Error(`${errorText.replace('net::', '')} (-2) loading '${url}'`);
    }
    await loaded;
  }

  getURL(): string {
    return this.#address;
  }

  isLoading(): boolean {
    return this.#state === 'loading';
  }

  isDestroyed(): boolean {
    return this.#state === 'destroyed';
  }

  isCrashed(): boolean {
    return false;
  }

  reload(): void {
    this.#expected = true;
    void this.#sendWhenThere('Page.reload');
  }

  reloadIgnoringCache(): void {
    this.#expected = true;
    void this.#sendWhenThere('Page.reload', { ignoreCache: true });
  }

  focus(): void {
    this.emit('focus');
  }

  get mainFrame(): object | null {
    return this.#document?.frame ?? null;
  }

  send(channel: string, ...args: unknown[]): void {
    this.#deliver((document) => {
      document.send(channel, args);
    });
  }

  postMessage(channel: string, message: unknown, transfer?: readonly unknown[]): void {
    this.#deliver((document) => {
      document.send(channel, [message], transfer);
    });
  }

  /** To the document that is there; to the one that is being loaded when it is; otherwise to nobody. */
  #deliver(deliver: (document: PageDocument) => void): void {
    if (this.#document !== undefined) deliver(this.#document);
    else if (this.#state === 'loading') {
      this.#early.push(() => {
        if (this.#document !== undefined) deliver(this.#document);
      });
    }
  }

  setWindowOpenHandler(handler: (details: object) => { action: string }): void {
    this.#windowOpen = handler;
  }

  async executeJavaScript(code: string): Promise<unknown> {
    const { value, objectId } = await this.#evaluate('Runtime.evaluate', {
      expression: code,
      awaitPromise: true,
    });
    if (objectId === undefined) return value;
    // The browser's own protocol knows JSON only; Electron gives a structured clone.
    const bytes = await this.#evaluate('Runtime.callFunctionOn', {
      objectId,
      functionDeclaration: `function () { return (${createCodec.toString()})().encode(this).toBase64(); }`,
    });
    return createCodec().decode(Buffer.from(String(bytes.value), 'base64'));
  }

  async #evaluate(method: string, params: object): Promise<{ value?: unknown; objectId?: string }> {
    const { result, exceptionDetails } = (await this.#sendWhenThere(method, params)) as {
      result: { value?: unknown; objectId?: string };
      exceptionDetails?: { exception?: { description?: string } };
    };
    if (exceptionDetails === undefined) return result;
    throw new Error(exceptionDetails.exception?.description ?? 'Script failed to execute');
  }

  setZoomFactor(factor: number): void {
    this.#zoom = factor;
    void this.#applySizeWhenThere();
  }

  getZoomFactor(): number {
    return this.#zoom;
  }

  get zoomFactor(): number {
    return this.#zoom;
  }

  set zoomFactor(factor: number) {
    this.setZoomFactor(factor);
  }

  setZoomLevel(level: number): void {
    this.setZoomFactor(1.2 ** level);
  }

  getZoomLevel(): number {
    return Math.log(this.#zoom) / Math.log(1.2);
  }

  openDevTools(): void {
    process.stderr.write('electron stand-in: there are no developer tools to see here\n');
  }

  toggleDevTools(): void {
    this.openDevTools();
  }

  isDevToolsOpened(): boolean {
    return false;
  }

  /** What a person's drag would carry; the drag itself needs a desktop. */
  startDrag(item: {
    file?: string;
    files?: readonly string[];
    icon: { isEmpty?: () => boolean } | string;
  }): void {
    refuseUnknown('startDrag', item, ['file', 'files', 'icon']);
    const files = item.files !== undefined && item.files.length > 0 ? item.files : [item.file ?? ''];
    for (const file of files) statSync(file);
    if (typeof item.icon !== 'string' && item.icon.isEmpty?.() !== false) {
      throw new Error("Must specify non-empty 'icon' option");
    }
  }

  /** @internal */
  resize(size: { width: number; height: number }): void {
    this.#size = size;
    void this.#applySizeWhenThere();
  }

  async #applySizeWhenThere(): Promise<void> {
    await this.#page;
    await this.#applySize();
  }

  #applySize(): Promise<unknown> {
    return this.#send('Emulation.setDeviceMetricsOverride', {
      width: Math.round(this.#size.width / this.#zoom),
      height: Math.round(this.#size.height / this.#zoom),
      deviceScaleFactor: this.#zoom,
      mobile: false,
    });
  }

  #applyTheme(): Promise<unknown> {
    return this.#send('Emulation.setEmulatedMedia', { features: themeFeatures() });
  }

  /** @internal */
  async themeChanged(): Promise<void> {
    await this.#page;
    await this.#applyTheme();
  }

  /** @internal */
  async dropping(paths: readonly string[]): Promise<void> {
    if (this.#document === undefined) throw new Error('There is no page to drop on.');
    await this.#document.dropping(paths);
  }

  /** @internal The identifier that the tests' own connection knows the page by. */
  async target(): Promise<string> {
    await this.#page;
    return this.#target;
  }

  /** @internal Settles when the page has been loaded for the first time. */
  loaded(): Promise<void> {
    if (this.#state === 'loaded') return Promise.resolve();
    return new Promise((resolve) => {
      this.once('did-finish-load', resolve);
    });
  }

  /** @internal */
  destroy(): void {
    if (this.#state === 'destroyed') return;
    this.#state = 'destroyed';
    all.delete(this.id);
    this.#document?.close();
    void this.#closeTarget();
    this.emit('destroyed');
  }

  async #closeTarget(): Promise<void> {
    const { devTools } = requireReady('webContents').browser;
    try {
      await this.#page;
      await devTools.send('Target.closeTarget', { targetId: this.#target });
    } catch {
      // It went with its browser.
    }
    devTools.forget(this.#session);
  }

  static getAllWebContents(): WebContents[] {
    return [...all.values()];
  }

  static fromId(id: number): WebContents | undefined {
    return all.get(id);
  }

  static getFocusedWebContents(): WebContents | null {
    return [...all.values()].at(-1) ?? null;
  }
}

interface PausedRequest {
  readonly requestId: string;
  readonly request: { readonly url: string };
  readonly frameId: string;
}

/** For the server: the page whose line this is. */
export function connectLine(path: string): ((socket: Socket) => SocketListeners) | undefined {
  return all.get(Number(path.split(/[/?]/)[2]))?.connect(path);
}

nativeTheme.on('updated', () => {
  for (const contents of all.values()) void contents.themeChanged();
});
