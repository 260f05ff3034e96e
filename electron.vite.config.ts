import { isBuiltin } from 'node:module';
import { resolve } from 'node:path';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'electron-vite';
import type { ESTree, Plugin } from 'vite';

const at = (path: string): string => resolve(import.meta.dirname, path);

/**
 * Libraries that become part of the bundles, without what of them is not used: a process that loads three files starts
 * sooner than one that looks for two hundred. What is native or WebAssembly stays where it is installed; sharp's own
 * program looks for its part there.
 */
const bundled = [
  'commander',
  'content-disposition',
  'env-paths',
  'filenamify',
  'image-size',
  'pretty-bytes',
  'pretty-ms',
  'sharp',
  'tinyglobby',
  'valibot',
];

// Every input is named: electron-vite looks in `src/` by itself, and our rooms stand at the top.
export default defineConfig({
  main: {
    plugins: [builtinsAsTheyAre()],
    build: {
      outDir: at('out/main'),
      sourcemap: true,
      externalizeDeps: { exclude: bundled },
      rollupOptions: {
        input: {
          index: at('main/index.ts'),
          'image-worker': at('utility/image-worker.ts'),
          'jxl-thread': at('utility/jxl/thread.ts'),
          'journal-thread': at('main/store/journal-thread.ts'),
          cli: at('cli/index.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: at('out/preload'),
      sourcemap: true,
      // A sandboxed preload is loaded as CommonJS and can require nothing but electron.
      externalizeDeps: false,
      rollupOptions: {
        input: { index: at('preload/index.ts') },
        external: ['electron'],
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: at('renderer'),
    plugins: [vue(), developmentStyles(), compiledOnLoad()],
    build: {
      outDir: at('out/renderer'),
      sourcemap: true,
      minify: true,
      rollupOptions: { input: { index: at('renderer/index.html') } },
    },
  },
});

/**
 * Takes Node's own modules as they are. An `import` of one makes an ES module of it first, which reads everything it has and so
 * loads what nobody asked for, Web Cryptography and a standard input among it: 4 ms of a worker's start, 10 of a command.
 */
function builtinsAsTheyAre(): Plugin {
  return {
    name: 'builtins-as-they-are',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        for (const chunk of Object.values(bundle)) {
          if (chunk.type !== 'chunk') continue;
          // From the end, so that what stands before keeps its place. No line is added: the map stays right.
          for (const node of this.parse(chunk.code).body.toReversed()) {
            if (node.type !== 'ImportDeclaration' || !isBuiltin(node.source.value)) continue;
            chunk.code = chunk.code.slice(0, node.start) + asConstants(node) + chunk.code.slice(node.end);
          }
        }
      },
    },
  };
}

function asConstants({ specifiers, source }: ESTree.ImportDeclaration): string {
  const module = `process.getBuiltinModule(${JSON.stringify(source.value)})`;
  const constants = specifiers.map((specifier) => {
    const { local } = specifier;
    // Both a default and a namespace stand for all of it.
    if (specifier.type !== 'ImportSpecifier') return `${local.name} = ${module}`;
    const { imported } = specifier;
    return `{ ${imported.type === 'Identifier' ? imported.name : imported.raw}: ${local.name} } = ${module}`;
  });
  return constants.length === 0 ? '' : `const ${constants.join(', ')};`;
}

/** The development server puts styles into the page by script, which the page's own policy forbids, and should. */
function developmentStyles(): Plugin {
  return {
    name: 'development-styles',
    apply: 'serve',
    transformIndexHtml: (html) => html.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'"),
  };
}

/**
 * Asks V8 to compile the page's code while it arrives, off the main thread. Else every function is compiled at its first
 * call, and those of the list are all called first in the frames that answer a drop.
 */
function compiledOnLoad(): Plugin {
  return {
    name: 'compiled-on-load',
    apply: 'build',
    // V8 wants it first of all. A banner comes too soon: Vite puts a line in front of it, and what is made small loses comments.
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        for (const chunk of Object.values(bundle)) {
          if (chunk.type !== 'chunk' || !chunk.isEntry) continue;
          chunk.code = `//# allFunctionsCalledOnLoad\n${chunk.code}`;
          if (chunk.map !== null) chunk.map.mappings = `;${chunk.map.mappings}`;
        }
      },
    },
  };
}
