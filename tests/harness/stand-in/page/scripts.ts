import { createCodec } from '../codec.ts';
import { startIsolatedWorld, type IsolatedWorldOptions } from './isolated-world.ts';
import { startMainWorld } from './main-world.ts';
import { createWorldLink } from './world-link.ts';

/** Name of the world that preloads run in. */
export const isolatedWorld = 'Electron Isolated Context';

/** For the page's own world. */
export function mainWorldScript(secret: string): string {
  return `(${startMainWorld.toString()})(${createWorldLink.toString()}, ${JSON.stringify(secret)})`;
}

/** @param preload text of the preload script */
export function isolatedWorldScript(options: IsolatedWorldOptions, preload: string): string {
  // The closing brace has a line of its own: the preload's last line may be a comment.
  return `(${startIsolatedWorld.toString()})(${createCodec.toString()}, ${createWorldLink.toString()}, ${JSON.stringify(options)}, function (require, module, exports, process) {${preload}
})`;
}
