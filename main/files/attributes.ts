import { realpath } from 'node:fs/promises';

/** Names of extended attributes, by what became of them. */
export interface CarriedAttributes {
  readonly kept: readonly string[];
  /** The disk did not take them. */
  readonly lost: readonly string[];
}

const none: CarriedAttributes = { kept: [], lost: [] };

type Library = typeof import('@napi-rs/xattr');
let library: Promise<Library | undefined> | undefined;

/** Undefined on systems that have no such thing, or another: Windows. */
function load(): Promise<Library | undefined> {
  library ??= process.platform === 'win32' ? Promise.resolve(undefined) : import('@napi-rs/xattr');
  return library;
}

/** About the bytes of the file itself, or set by the system alone. */
const ofTheContent = [
  'com.apple.ResourceFork',
  'com.apple.provenance',
  'com.apple.quarantine',
  'com.apple.macl',
  'com.apple.lastuseddate#PS',
];

/** What people and their programs note about a file. Elsewhere than on macOS such names begin with `user.`. */
function isPersonal(name: string): boolean {
  return process.platform === 'darwin' ? !ofTheContent.includes(name) : name.startsWith('user.');
}

/**
 * Gives a file the extended attributes of another: tags, comments, where it was downloaded. Behind a link they are those
 * of the file that the link leads to. What a disk cannot keep is no reason to lose the picture, but is told.
 */
export async function carryAttributes(from: string, to: string): Promise<CarriedAttributes> {
  const xattr = await load();
  if (xattr === undefined) return none;
  const source = await realpath(from).catch(() => undefined);
  // Whoever wants the file itself finds out that it has gone. A disk without attributes refuses to list them.
  const names = source === undefined ? [] : await xattr.listAttributes(source).catch(() => []);
  const kept: string[] = [];
  const lost: string[] = [];
  for (const name of names.filter(isPersonal)) {
    try {
      const value = await xattr.getAttribute(source ?? from, name);
      // It was removed meanwhile.
      if (value === null) continue;
      await xattr.setAttribute(to, name, value);
      kept.push(name);
    } catch {
      // No room for it, or no such thing on that disk: the library tells them apart in words only.
      lost.push(name);
    }
  }
  return { kept, lost };
}
