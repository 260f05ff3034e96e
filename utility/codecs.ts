import { createRequire, registerHooks } from 'node:module';
import type Sharp from 'sharp';

/** Which build of sharp does the work. */
export type CodecBuild = 'native' | 'wasm';

export interface Codecs {
  /** The one that was loaded: sharp takes the WebAssembly one by itself where there is no native one. */
  readonly build: CodecBuild;
  readonly sharp: typeof Sharp;
  /**
   * The WebAssembly build, whichever does the rest, loaded when it is first wanted: what chooses colours goes through it,
   * because native ones choose by the processor they run on (docs/decisions/0008-palettes-in-webassembly.md).
   *
   * @throws Error when it cannot be loaded
   */
  readonly paletteSharp: () => typeof Sharp;
  /** Of the libraries inside, for the log. */
  readonly versions: Readonly<Record<string, string>>;
}

/**
 * Electron's own GLib collides with the one inside sharp's native Linux build (lovell/sharp#4525,
 * electron/electron#46323), so there the WebAssembly build does the work: same interface, same bytes out.
 *
 * @param wanted overrides the choice, for tests
 */
export function chooseBuild(wanted: string | undefined = process.env['MILLRACE_CODECS']): CodecBuild {
  if (wanted === 'native' || wanted === 'wasm') return wanted;
  return process.versions['electron'] !== undefined && process.platform === 'linux' ? 'wasm' : 'native';
}

/** Loads sharp: the native build, or the WebAssembly one in its place. */
export async function loadCodecs(wanted: CodecBuild): Promise<Codecs> {
  const sharp = wanted === 'wasm' ? webAssemblySharp() : withOneThread((await import('sharp')).default);
  const versions = Object.entries(sharp.versions).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return {
    build: isWebAssembly(sharp) ? 'wasm' : 'native',
    sharp,
    paletteSharp: webAssemblySharp,
    versions: Object.fromEntries(versions),
  };
}

function isWebAssembly({ versions }: typeof Sharp): boolean {
  return 'emscripten' in versions;
}

let webAssembly: typeof Sharp | undefined;

function webAssemblySharp(): typeof Sharp {
  webAssembly ??= withOneThread(requireWebAssembly());
  return webAssembly;
}

/**
 * sharp comes twice, as an ES module and for `require`, and each looks for a binding in a module of its own. The native
 * build is the former; here the latter is given the WebAssembly binding in place of what it would find.
 */
function requireWebAssembly(): typeof Sharp {
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier === './sharp.cjs' ? '@img/sharp-wasm32/sharp.node' : specifier, context),
  });
  try {
    const sharp = createRequire(import.meta.url)('sharp') as typeof Sharp;
    if (isWebAssembly(sharp)) return sharp;
    throw new Error('sharp has chosen another binding than the WebAssembly one');
  } finally {
    hooks.deregister();
  }
}

/** Parallelism comes from processes, and no picture comes twice. */
function withOneThread(sharp: typeof Sharp): typeof Sharp {
  sharp.concurrency(1);
  sharp.cache(false);
  return sharp;
}
