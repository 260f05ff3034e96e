import { registerHooks } from 'node:module';
import type Sharp from 'sharp';

/** Which build of sharp does the work. */
export type CodecBuild = 'native' | 'wasm';

export interface Codecs {
  readonly build: CodecBuild;
  readonly sharp: typeof Sharp;
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

const nativeBinding = /^@img\/sharp-(?!wasm32)[a-z0-9-]+\/sharp\.node$/;

/** Loads sharp. One thread: parallelism comes from processes. No cache: no picture comes twice. */
export async function loadCodecs(build: CodecBuild): Promise<Codecs> {
  if (build === 'wasm') {
    // sharp takes the native binding where it is installed; hiding it leaves the WebAssembly one, its own last resort.
    registerHooks({
      resolve(specifier, context, next) {
        if (!nativeBinding.test(specifier)) return next(specifier, context);
        throw Object.assign(new Error(`${specifier} is left out`), { code: 'MODULE_NOT_FOUND' });
      },
    });
  }
  const { default: sharp } = await import('sharp');
  sharp.concurrency(1);
  sharp.cache(false);
  const versions = Object.entries(sharp.versions).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return { build, sharp, versions: Object.fromEntries(versions) };
}
