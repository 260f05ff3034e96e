import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const repository = join(import.meta.dirname, '../..');
const cruiser = join(repository, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
const rules = join(repository, '.dependency-cruiser.js');

interface Finding {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}

/** Before an import that is of types only. */
const typesOf = 'types of ';

function isOurs(target: string): boolean {
  return target.includes('/') && !target.startsWith('node:');
}

/** How `file` calls what it imports. */
function address(target: string, file: string): string {
  const path = target.replace(typesOf, '');
  return isOurs(path) ? relative(dirname(file), path).replace(/^(?!\.)/, './') : path;
}

/** Lays out a tree in which each file imports what it is said to, and tells which rules that breaks, as `rule: from -> to`. */
async function broken(imports: Readonly<Record<string, readonly string[]>>): Promise<string[]> {
  const root = await temporaryFolder();
  const put = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  };
  await put('package.json', '{"type":"module","dependencies":{"electron":"1","vitest":"1"}}');
  for (const name of ['electron', 'vitest']) {
    await put(`node_modules/${name}/package.json`, `{"name":"${name}","main":"index.js"}`);
    await put(`node_modules/${name}/index.js`, '');
  }
  for (const [file, targets] of Object.entries(imports)) {
    const lines = targets.map(
      (target) => `import ${target.startsWith(typesOf) ? 'type {} from ' : ''}'${address(target, file)}';\n`,
    );
    await put(file, lines.join(''));
  }
  const rooms = [...new Set(Object.keys(imports).map((file) => file.split('/')[0] ?? file))];
  const output = await new Promise<string>((resolve, reject) => {
    const args = [cruiser, '--config', rules, '--output-type', 'json', ...rooms];
    execFile(process.execPath, args, { cwd: root }, (_error, stdout, stderr) => {
      // The exit code is the number of findings; only a run that says nothing has failed.
      if (stdout === '') reject(new Error(stderr));
      else resolve(stdout);
    });
  });
  const { summary } = JSON.parse(output) as { summary: { violations: Finding[] } };
  return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`).sort();
}

/** A rule, and an import that breaks it. */
const forbidden: readonly (readonly [rule: string, from: string, to: string])[] = [
  ['contract-imports-nothing-of-ours', 'contract/a.ts', 'main/engine/a.ts'],
  ['contract-renderer-and-preload-have-no-node', 'contract/a.ts', 'node:path'],
  ['contract-renderer-and-preload-have-no-node', 'renderer/src/a.ts', 'node:path'],
  ['contract-renderer-and-preload-have-no-node', 'preload/a.ts', 'node:path'],
  ['utility-imports-contract', 'utility/a.ts', 'main/engine/a.ts'],
  ['utility-imports-contract', 'utility/a.ts', 'cli/a.ts'],
  ['workers-are-pure', 'utility/a.ts', 'node:fs/promises'],
  ['workers-are-pure', 'utility/a.ts', 'node:net'],
  ['workers-are-pure', 'utility/a.ts', 'node:child_process'],
  ['workers-are-pure', 'utility/jxl/a.ts', 'node:fs'],
  ['only-jpeg-xl-has-a-thread', 'utility/image/a.ts', 'node:worker_threads'],
  ['preload-imports-contract', 'preload/a.ts', 'main/app/a.ts'],
  ['renderer-imports-contract', 'renderer/src/a.ts', 'preload/a.ts'],
  ['engine-imports-contract', 'main/engine/a.ts', 'main/files/a.ts'],
  ['engine-imports-contract', 'main/engine/a.ts', 'main/workers/a.ts'],
  ['engine-has-no-file-system', 'main/engine/a.ts', 'node:fs'],
  ['engine-has-no-file-system', 'main/engine/a.ts', 'node:fs/promises'],
  ['main-imports-contract-and-siblings', 'main/workers/a.ts', 'utility/a.ts'],
  ['main-imports-contract-and-siblings', 'main/app/a.ts', 'cli/a.ts'],
  ['siblings-do-not-import-the-shell', 'main/store/a.ts', 'main/app/a.ts'],
  ['siblings-do-not-import-the-shell', 'main/files/a.ts', 'main/bridge/a.ts'],
  ['the-shell-does-not-import-the-bridge', 'main/app/a.ts', 'main/bridge/a.ts'],
  ['files-net-and-workers-know-only-the-engine', 'main/files/a.ts', 'main/net/a.ts'],
  ['cli-imports-the-engine-and-its-world', 'cli/a.ts', 'main/app/a.ts'],
  ['cli-imports-the-engine-and-its-world', 'cli/a.ts', 'utility/a.ts'],
  ['cli-has-no-electron-host', 'cli/a.ts', 'main/workers/utility-host.ts'],
  ['electron-only-in-the-shell', 'main/engine/a.ts', 'electron'],
  ['electron-only-in-the-shell', 'main/workers/a.ts', 'electron'],
  ['electron-only-in-the-shell', 'renderer/src/a.ts', 'electron'],
  ['electron-only-in-the-shell', 'utility/a.ts', 'electron'],
  ['electron-only-in-the-shell', 'cli/a.ts', 'electron'],
  ['no-test-code-in-the-product', 'main/files/a.ts', 'tests/fixtures/a.ts'],
  ['no-test-code-in-the-product', 'cli/a.ts', 'bench/a.ts'],
  ['not-to-unresolvable', 'cli/a.ts', 'a-package-nobody-installed'],
];

describe('import rules', () => {
  it('allow what the table of rooms allows', async () => {
    const found = await broken({
      'contract/job.ts': [],
      'utility/image-worker.ts': ['contract/job.ts'],
      'utility/jxl/client.ts': ['contract/job.ts', 'node:worker_threads'],
      'preload/index.ts': ['contract/job.ts', 'electron'],
      'renderer/src/main.ts': ['contract/job.ts'],
      'main/engine/batch.ts': ['contract/job.ts'],
      'main/files/outputs.ts': ['contract/job.ts', 'main/engine/batch.ts', 'node:fs'],
      'main/workers/pool.ts': ['main/engine/batch.ts', 'node:child_process'],
      'main/workers/utility-host.ts': ['main/workers/pool.ts', 'electron'],
      'main/app/window.ts': ['electron'],
      'main/bridge/control.ts': ['main/app/window.ts', 'electron'],
      'main/index.ts': ['main/bridge/control.ts', 'main/workers/utility-host.ts', 'electron'],
      'cli/index.ts': ['main/engine/batch.ts', 'main/workers/pool.ts', 'main/files/outputs.ts'],
      'main/engine/batch.test.ts': ['main/engine/batch.ts', 'tests/fixtures/clock.ts', 'node:fs', 'vitest'],
      'tests/fixtures/clock.ts': ['cli/index.ts'],
      'bench/index.ts': ['cli/index.ts', 'tests/fixtures/clock.ts'],
    });
    expect(found).toEqual([]);
  });

  it('forbid every import of the list', async () => {
    const tree: Record<string, string[]> = {};
    for (const [, from, to] of forbidden) {
      (tree[from] ??= []).push(to);
      if (isOurs(to)) tree[to] ??= [];
    }
    const found = await broken(tree);
    const allowed = forbidden.filter(([rule, from, to]) => {
      const seen = to.replace('node:', '').replace(/^electron$/, 'node_modules/electron/index.js');
      return !found.includes(`${rule}: ${from} -> ${seen}`);
    });
    expect(allowed).toEqual([]);
  });

  it('no-circles: two files do not import each other', async () => {
    const found = await broken({ 'cli/a.ts': ['cli/b.ts'], 'cli/b.ts': ['cli/a.ts'] });
    expect(found).toContain('no-circles: cli/a.ts -> cli/b.ts');
  });

  it('no-orphans: a file that nobody imports and that imports nobody is not wanted', async () => {
    expect(await broken({ 'cli/a.ts': [] })).toEqual(['no-orphans: cli/a.ts -> cli/a.ts']);
  });

  it('hold for imports of types too', async () => {
    const found = await broken({ 'main/engine/a.ts': [`${typesOf}main/files/a.ts`], 'main/files/a.ts': [] });
    expect(found).toContain('engine-imports-contract: main/engine/a.ts -> main/files/a.ts');
  });
});
