const { contextBridge, webUtils } = require('electron');

contextBridge.exposeInMainWorld('drop', { pathOf: (file) => webUtils.getPathForFile(file) });
