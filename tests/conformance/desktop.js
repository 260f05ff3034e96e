import assert from 'node:assert/strict';
import { join } from 'node:path';
import {
  app,
  clipboard,
  Menu,
  nativeImage,
  Notification,
  powerSaveBlocker,
  protocol,
  screen,
} from 'electron';
import { test } from './suite.js';

test('the app knows its name, version and places', () => {
  assert.equal(app.isReady(), true);
  assert.equal(typeof app.getVersion(), 'string');
  assert.equal(app.getPath('userData'), join(app.getPath('appData'), app.getName()));
  assert.throws(() => app.getPath('no such place'), /Failed to get/);
  app.setPath('logs', join(app.getPath('temp'), 'conformance-logs'));
  assert.equal(app.getPath('logs'), join(app.getPath('temp'), 'conformance-logs'));
});

test('schemes are registered before the app is ready, or not at all', () => {
  assert.throws(
    () => protocol.registerSchemesAsPrivileged([{ scheme: 'late', privileges: {} }]),
    /before app is ready/,
  );
  assert.equal(protocol.isProtocolHandled('app'), true);
});

test('the first instance has the lock', () => {
  assert.equal(app.requestSingleInstanceLock(), true);
  assert.equal(app.hasSingleInstanceLock(), true);
});

test('a menu is found by id and clicked', () => {
  const clicked = [];
  const menu = Menu.buildFromTemplate([
    {
      label: 'File',
      submenu: [
        { id: 'open', label: 'Open', accelerator: 'CmdOrCtrl+O', click: (item) => clicked.push(item.id) },
        { type: 'separator' },
        { role: 'quit' },
        { id: 'box', label: 'Box', type: 'checkbox' },
      ],
    },
  ]);
  Menu.setApplicationMenu(menu);
  const item = Menu.getApplicationMenu().getMenuItemById('open');
  assert.equal(item.accelerator, 'CmdOrCtrl+O');
  item.click();
  assert.deepEqual(clicked, ['open']);
  item.enabled = false;
  assert.equal(menu.items[0].submenu.items[0].enabled, false);
  assert.equal(menu.items[0].submenu.items[1].type, 'separator');
  assert.equal(menu.items[0].submenu.items[2].role, 'quit');
  const box = menu.getMenuItemById('box');
  box.click();
  assert.equal(box.checked, true);
  assert.equal(menu.getMenuItemById('nothing'), null);
  assert.throws(() => Menu.buildFromTemplate([{ click: () => 1 }]));
});

test('sleep is blocked until it is allowed again', () => {
  const id = powerSaveBlocker.start('prevent-app-suspension');
  assert.equal(powerSaveBlocker.isStarted(id), true);
  powerSaveBlocker.stop(id);
  assert.equal(powerSaveBlocker.isStarted(id), false);
});

test('text is copied', async () => {
  await clipboard.writeText('conformance');
  assert.equal(await clipboard.readText(), 'conformance');
});

test('an image that is none is empty', () => {
  assert.equal(nativeImage.createEmpty().isEmpty(), true);
  assert.equal(nativeImage.createFromPath('/no/such/picture.png').isEmpty(), true);
});

test('there is a screen', () => {
  const { bounds, workArea, scaleFactor } = screen.getPrimaryDisplay();
  assert.ok(bounds.width > 0 && workArea.height > 0 && scaleFactor > 0);
  assert.equal(screen.getAllDisplays().length > 0, true);
});

test('a notification has a title', () => {
  assert.equal(typeof Notification.isSupported(), 'boolean');
  assert.equal(new Notification({ title: 'Done', body: 'All of it' }).title, 'Done');
});
