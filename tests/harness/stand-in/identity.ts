import electronPackage from 'electron/package.json' with { type: 'json' };

/** What programs look at to find out where they run. */
export function disguise(type: 'browser' | 'utility', chrome = '0'): void {
  const versions = { ...process.versions, electron: electronPackage.version, chrome };
  Object.defineProperty(process, 'versions', {
    value: Object.freeze(versions),
    configurable: true,
    enumerable: true,
  });
  Object.assign(process, { type });
}
