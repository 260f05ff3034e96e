import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  app,
  BrowserWindow,
  ipcMain,
  MessageChannelMain,
  nativeTheme,
  protocol,
  session,
  utilityProcess,
} from 'electron';
import { messages, next, test } from './suite.js';

// https://www.electronjs.org/docs/latest/tutorial/sandbox, .../context-isolation, .../message-ports, .../api/protocol

const folder = import.meta.dirname;
const address = 'app://conformance/';
const webPreferences = {
  preload: join(folder, 'preload.cjs'),
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
};
const types = { html: 'text/html', js: 'text/javascript' };

/** To be called when the app is ready. */
export function serve() {
  protocol.handle('app', async (request) => {
    const { pathname } = new URL(request.url);
    const name = pathname === '/' ? 'page.html' : pathname.slice(1);
    if (!['page.html', 'page.js'].includes(name)) return new Response('nothing here', { status: 404 });
    const type = types[name.split('.')[1]];
    return new Response(await readFile(join(folder, name)), {
      headers: { 'content-type': type, 'x-own': 'yes' },
    });
  });
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.defaultSession.setPermissionCheckHandler(() => false);
}

/** @type {BrowserWindow} */
let window;

async function open() {
  window = new BrowserWindow({ show: false, width: 640, height: 480, webPreferences });
  window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  await window.loadURL(address);
}

const run = (code) => window.webContents.executeJavaScript(code);

/** Hands the page a port and gives the other end. */
async function portToPage() {
  const { port1, port2 } = new MessageChannelMain();
  const count = await run('ports.length');
  window.webContents.postMessage('to-page', 'a port', [port2]);
  await run(`new Promise((resolve) => {
    const look = () => ports.length > ${count} ? resolve() : setTimeout(look, 5);
    look();
  })`);
  return port1;
}

test('a page is loaded, and its address is the one that was asked for', async () => {
  await open();
  assert.equal(window.webContents.getURL(), address);
  assert.equal(await run('document.title'), 'Conformance');
  assert.equal(BrowserWindow.fromWebContents(window.webContents), window);
  assert.deepEqual(BrowserWindow.getAllWindows(), [window]);
});

test('the preload runs before the page, in a world of its own', async () => {
  assert.deepEqual(await run('atStart'), { bridge: 'object', secret: 'undefined' });
  assert.deepEqual(await run('[typeof require, typeof process, typeof module]'), [
    'undefined',
    'undefined',
    'undefined',
  ]);
});

test('the preload is sandboxed CommonJS', async () => {
  assert.deepEqual(await run('bridge.environment()'), {
    require: 'function',
    process: 'object',
    platform: process.platform,
    sandboxed: true,
    isolated: true,
    missing: 'refused',
  });
});

test('the bridge copies values, passes calls and follows promises', async () => {
  assert.deepEqual(await run('[bridge.name, bridge.nested.list, bridge.add(1, 2)]'), [
    'bridge',
    [1, { two: 2 }],
    3,
  ]);
  assert.equal(await run('bridge.nested.bytes instanceof Uint8Array && bridge.nested.bytes[2]'), 3);
  assert.deepEqual(await run('bridge.later([1])'), { value: [1] });
  assert.equal(await run('bridge.call((text) => text.length)'), 16);
  assert.equal(await run('{ const given = { a: 1 }; bridge.sameAgain(given) === given }'), false);
});

test('errors cross the bridge with their message', async () => {
  assert.equal(
    await run('{ let text; try { bridge.fail() } catch (error) { text = error.message } text }'),
    'it failed',
  );
  assert.equal(await run('bridge.failLater().catch((error) => error.message)'), 'it failed later');
});

test('what is exposed cannot be changed, nor exposed twice', async () => {
  assert.equal(
    await run('{ try { bridge = 1 } catch {} ; try { bridge.name = "x" } catch {} ; bridge.name }'),
    'bridge',
  );
  assert.match(await run('second.refusal'), /existing property/);
});

test('a file that a script made has no path', async () => {
  assert.equal(await run('bridge.pathOf(new File(["x"], "x.txt"))'), '');
});

test('send reaches main with its sender', async () => {
  const heard = next(ipcMain, 'greeting');
  await run('bridge.send("greeting", { a: new Uint8Array([1]) }, undefined, 2)');
  const [event, ...args] = await heard;
  assert.deepEqual(args, [{ a: new Uint8Array([1]) }, undefined, 2]);
  assert.equal(event.sender, window.webContents);
  assert.equal(event.senderFrame.url, address);
  assert.equal(event.senderFrame.parent, null);
});

test('invoke is answered, and refused in words', async () => {
  ipcMain.handle('double', (_event, value) => value * 2);
  ipcMain.handle('refuse', () => {
    throw new Error('no');
  });
  assert.equal(await run('bridge.invoke("double", 21)'), 42);
  assert.match(
    await run('bridge.invoke("refuse").catch((error) => error.message)'),
    /Error invoking remote method 'refuse': Error: no/,
  );
  assert.match(
    await run('bridge.invoke("nobody").catch((error) => error.message)'),
    /No handler registered for 'nobody'/,
  );
  assert.throws(() => ipcMain.handle('double', () => 1), /second handler/);
  ipcMain.removeHandler('double');
  ipcMain.removeHandler('refuse');
});

test('webContents.send reaches the preload', async () => {
  window.webContents.send('plain', 1, { two: [2] });
  const heard = await run(`new Promise((resolve) => {
    const look = () => bridge.received().length > 0 ? resolve(bridge.received()) : setTimeout(look, 5);
    look();
  })`);
  assert.deepEqual(heard, [{ hasSenderFrame: false, ports: 0, args: [1, { two: [2] }] }]);
});

test('a port reaches the page through the preload, from its own window', async () => {
  const port = await portToPage();
  assert.deepEqual(await run('arrived.at(-1)'), {
    ownWindow: true,
    data: { channel: 'to-page', args: ['a port'] },
    ports: 1,
  });
  await run('echo()');
  const heard = messages(port, 2);
  port.postMessage({ a: [1, undefined] });
  port.postMessage(new Uint8Array([1, 2, 3]));
  assert.deepEqual(await heard, [
    { echo: { a: [1, undefined] }, isBytes: false },
    { echo: new Uint8Array([1, 2, 3]), isBytes: true },
  ]);
  port.close();
});

test('10 MB go to the page and back', async () => {
  const port = await portToPage();
  await run('echo()');
  const bytes = Uint8Array.from({ length: 10_000_000 }, (_, index) => (index * 2_654_435_761) >>> 13);
  const start = performance.now();
  const heard = messages(port, 1);
  port.postMessage(bytes);
  const [back] = await heard;
  console.log(`          10 MB to the page and back: ${(performance.now() - start).toFixed(0)} ms`);
  assert.equal(Buffer.compare(back.echo, bytes), 0);
  port.close();
});

test('a message of the page with a buffer in its transfer list is lost, and no other', async () => {
  const port = await portToPage();
  const heard = messages(port, 2);
  await run(`{
    const bytes = new Uint8Array([1, 2, 3]);
    ports.at(-1).postMessage('before');
    ports.at(-1).postMessage(bytes, [bytes.buffer]);
    ports.at(-1).postMessage('after');
  }`);
  assert.deepEqual(await heard, ['before', 'after']);
  port.close();
});

test('a port that the page closes is closed in main', async () => {
  const port = await portToPage();
  port.start();
  const closed = next(port, 'close');
  await run('ports.at(-1).close()');
  await closed;
});

test('a port that main closes is closed in the page', async () => {
  const port = await portToPage();
  await run(
    '{ const port = ports.at(-1); window.portClosed = new Promise((resolve) => { port.onclose = () => resolve("closed"); }); port.start(); }',
  );
  port.close();
  assert.equal(await run('portClosed'), 'closed');
});

test('a port that the page made reaches main', async () => {
  const heard = next(ipcMain, 'channel-from-page');
  await run('bridge.openChannel()');
  const [event, message] = await heard;
  assert.deepEqual(message, { hello: 'main' });
  const [port] = event.ports;
  const answer = messages(port, 1);
  port.postMessage('ping');
  assert.deepEqual(await answer, [{ echo: 'ping' }]);
  port.close();
});

test('a page and a utility process talk without main', async () => {
  const child = utilityProcess.fork(join(folder, 'worker.js'));
  const { port1, port2 } = new MessageChannelMain();
  const count = await run('ports.length');
  window.webContents.postMessage('to-page', 'a port', [port1]);
  child.postMessage({ do: 'serve' }, [port2]);
  const heard = await run(`new Promise((resolve) => {
    const look = () => {
      if (ports.length <= ${count}) return setTimeout(look, 5);
      ports.at(-1).onmessage = ({ data }) => resolve(data);
      ports.at(-1).postMessage(new Uint8Array([4, 5]));
    };
    look();
  })`);
  assert.deepEqual(heard, { echo: new Uint8Array([4, 5]), keys: true });
  const exited = next(child, 'exit');
  child.kill();
  await exited;
});

test('a reload closes the ports of the page, which can be given new ones', async () => {
  const port = await portToPage();
  port.start();
  const closed = next(port, 'close');
  const loaded = next(window.webContents, 'did-finish-load');
  window.webContents.reload();
  await Promise.all([closed, loaded]);
  const other = await portToPage();
  await run('echo()');
  const heard = messages(other, 1);
  other.postMessage('again');
  assert.deepEqual(await heard, [{ echo: 'again', isBytes: false }]);
  other.close();
});

test('will-navigate can keep a page where it is', async () => {
  const wanted = new Promise((resolve) => {
    window.webContents.once('will-navigate', (event) => {
      event.preventDefault();
      resolve(event.url);
    });
  });
  await run('document.getElementById("link").click()');
  assert.equal(await wanted, 'https://example.com/');
  assert.equal(window.webContents.getURL(), address);
  assert.equal(await run('document.title'), 'Conformance');
});

test('a window that is denied is not opened', async () => {
  assert.equal(await run('window.open("https://example.com/")'), null);
  assert.equal(BrowserWindow.getAllWindows().length, 1);
});

test('permissions are what the handlers say', async () => {
  const state = await run('navigator.permissions.query({ name: "geolocation" }).then(({ state }) => state)');
  assert.equal(state, 'denied');
});

test("the page's own policy holds", async () => {
  assert.equal(await run('fetch("page.js").then(() => "fetched", () => "refused")'), 'refused');
});

test('the theme of the app is the theme of the page', async () => {
  const dark = 'matchMedia("(prefers-color-scheme: dark)").matches';
  const changed = (value) =>
    run(`new Promise((resolve) => {
      const look = () => ${dark} === ${value} ? resolve(${value}) : setTimeout(look, 5);
      look();
    })`);
  nativeTheme.themeSource = 'dark';
  assert.equal(nativeTheme.shouldUseDarkColors, true);
  assert.equal(await changed(true), true);
  nativeTheme.themeSource = 'light';
  assert.equal(nativeTheme.shouldUseDarkColors, false);
  assert.equal(await changed(false), false);
  nativeTheme.themeSource = 'system';
});

test('the size of a window is kept within its minimum, and told', () => {
  let resized = 0;
  window.on('resize', () => (resized += 1));
  window.setSize(700, 500);
  assert.deepEqual(window.getSize(), [700, 500]);
});

test('a window may refuse to close; quitting is refused with it', async () => {
  let asked = 0;
  const refuse = (event) => {
    asked += 1;
    event.preventDefault();
  };
  window.on('close', refuse);
  window.close();
  app.quit();
  await next({ once: (_name, listener) => setTimeout(listener, 100) }, 'a moment');
  assert.equal(asked, 2);
  assert.equal(window.isDestroyed(), false);
  window.off('close', refuse);
});

test('the last window that closes is told', async () => {
  const all = next(app, 'window-all-closed');
  const closed = next(window, 'closed');
  window.close();
  await Promise.all([closed, all]);
  assert.deepEqual(BrowserWindow.getAllWindows(), []);
});
