import { describe, expect, it } from 'vitest';
import { loadCodecs } from '../codecs.ts';
import { paletteBuild } from './palette-build.ts';

const native = await loadCodecs('native');
const wasm = { ...native, build: 'wasm' as const, sharp: native.paletteSharp() };

describe.each([
  ['png', { width: 15_000, height: 10_000, frames: 1 }, { width: 17_000, height: 10_000, frames: 1 }],
  ['gif', { width: 9_000, height: 10_000, frames: 1 }, { width: 10_000, height: 10_000, frames: 1 }],
  ['gif', { width: 500, height: 500, frames: 1000 }, { width: 500, height: 500, frames: 1200 }],
] as const)('the colours of a %s', (to, large, tooLarge) => {
  it('are chosen in WebAssembly, whichever build does the rest', () => {
    expect(paletteBuild(large, to, native)).toBe(wasm.sharp);
    expect(paletteBuild(large, to, wasm)).toBe(wasm.sharp);
  });

  it('that is too large for it are chosen by the native build, or not at all', () => {
    expect(paletteBuild(tooLarge, to, native)).toBe(native.sharp);
    expect(() => paletteBuild(tooLarge, to, wasm)).toThrow(RangeError);
  });
});

it('WebAssembly has one thread and keeps no picture either', () => {
  const sharp = native.paletteSharp();
  expect(sharp).not.toBe(native.sharp);
  expect(sharp.versions).toHaveProperty('emscripten');
  expect(native.sharp.versions).not.toHaveProperty('emscripten');
  for (const build of [sharp, native.sharp]) {
    expect(build.concurrency()).toBe(1);
    expect(build.cache()).toMatchObject({ memory: { max: 0 }, files: { max: 0 }, items: { max: 0 } });
  }
});
