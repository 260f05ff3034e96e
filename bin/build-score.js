// Compiles the perceptual measure (utility/image/score/assembly) to WebAssembly and wraps it as a module, so that a worker
// needs no file system to have it. Written only when the sources are newer.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';

const folder = join(import.meta.dirname, '../utility/image/score');
const source = join(folder, 'assembly/maps.ts');
const output = join(folder, 'maps.generated.ts');

function isFresh() {
  try {
    return (
      statSync(output).mtimeMs > Math.max(statSync(source).mtimeMs, statSync(import.meta.filename).mtimeMs)
    );
  } catch {
    return false;
  }
}

if (!isFresh()) {
  const build = mkdtempSync(join(tmpdir(), 'millrace-score-'));
  try {
    const wasm = join(build, 'maps.wasm');
    const options = ['-O3', '--runtime', 'stub', '--enable', 'simd', '--noAssert', '--use', 'abort='];
    const { error, stderr } = await asc.main([source, '--outFile', wasm, ...options]);
    if (error !== null) throw new Error(`${error.message}\n${stderr.toString()}`);
    const bytes = readFileSync(wasm).toString('base64');
    writeFileSync(
      output,
      `// Made of assembly/maps.ts by bin/build-score.js.\nexport const mapsWasm =\n  '${bytes}';\n`,
    );
  } finally {
    rmSync(build, { recursive: true });
  }
}
