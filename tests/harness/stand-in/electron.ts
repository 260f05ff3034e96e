import { app } from './app.ts';
import { BrowserWindow } from './browser-window.ts';
import { clipboard, nativeImage, Notification, powerSaveBlocker, screen, shell } from './desktop.ts';
import { dialog } from './dialog.ts';
import { ipcMain } from './ipc-main.ts';
import { checkedMenu, MenuItem } from './menu.ts';
import { nativeTheme } from './native-theme.ts';
import { throwing } from './not-implemented.ts';
import { MessageChannelMain } from './ports.ts';
import { protocol, session } from './session.ts';
import { utilityMetrics, utilityProcess } from './utility-process.ts';
import { WebContents } from './web-contents.ts';

/** What `import ... from 'electron'` gives in main. A name that is missing here is an error where it is imported. */

app.use(BrowserWindow, utilityMetrics);

const checkedWindow = throwing('BrowserWindow', BrowserWindow);
const webContents = throwing('webContents', WebContents);

const electron: object = throwing('the module electron', {
  app,
  BrowserWindow: checkedWindow,
  clipboard,
  dialog,
  ipcMain,
  Menu: checkedMenu,
  MenuItem,
  MessageChannelMain,
  nativeImage,
  nativeTheme,
  Notification,
  powerSaveBlocker,
  protocol,
  screen,
  session,
  shell,
  utilityProcess,
  webContents,
});

export default electron;
export {
  app,
  checkedWindow as BrowserWindow,
  clipboard,
  dialog,
  ipcMain,
  checkedMenu as Menu,
  MenuItem,
  MessageChannelMain,
  nativeImage,
  nativeTheme,
  Notification,
  powerSaveBlocker,
  protocol,
  screen,
  session,
  shell,
  utilityProcess,
  webContents,
};
