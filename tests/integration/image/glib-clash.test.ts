import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { picture } from '../../fixtures/pictures.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const library = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib']
  .map((folder) => join(folder, 'libgobject-2.0.so.0'))
  .find((path) => existsSync(path));
const script = join(import.meta.dirname, '../../fixtures/convert-in-process.ts');

async function convertWithSystemGlib(build: string): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'a.jpg'), await picture());
  const { stderr } = await promisify(execFile)(
    process.execPath,
    [script, '{"to":"webp"}', join(folder, 'a.jpg')],
    {
      env: { ...process.env, MILLRACE_CODECS: build, LD_PRELOAD: library },
    },
  );
  return stderr;
}

// Electron brings its own GLib; loading the system's into plain Node is the same clash (lovell/sharp#4525).
describe.skipIf(library === undefined)('beside another GLib', () => {
  it('the native build of sharp complains, which is why Electron on Linux does not get it', async () => {
    expect(await convertWithSystemGlib('native')).toContain('GLib-GObject-CRITICAL');
  });

  it('the WebAssembly build works in silence', async () => {
    expect(await convertWithSystemGlib('wasm')).not.toContain('GLib');
  });
});
