import { setFlagsFromString } from 'node:v8';
import { afterEach, expect, it, vi } from 'vitest';
import { letPicturesPass } from './heap-growth.ts';

vi.mock('node:v8', () => ({ setFlagsFromString: vi.fn() }));

afterEach(() => {
  vi.unstubAllGlobals();
  vi.mocked(setFlagsFromString).mockClear();
});

// What it does in Node is seen in tests/integration/workers/collections.test.ts.
it('leaves the V8 of Electron alone', () => {
  vi.stubGlobal('process', { versions: { ...process.versions, electron: '43.0.0' } });
  letPicturesPass();
  expect(setFlagsFromString).not.toHaveBeenCalled();
  vi.unstubAllGlobals();
  letPicturesPass();
  expect(setFlagsFromString).toHaveBeenCalledOnce();
});
