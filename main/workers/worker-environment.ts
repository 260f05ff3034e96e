/**
 * What a worker looks up: which codec build is wanted, and for its libraries programs' paths, fonts for SVG, temporary
 * folders, time zone, Windows' own; and where Node keeps what has been compiled.
 */
const inherited = [
  'MILLRACE_CODECS',
  'PATH',
  'HOME',
  'TMPDIR',
  'TEMP',
  'TMP',
  'TZ',
  'LANG',
  'LC_ALL',
  'LD_LIBRARY_PATH',
  'FONTCONFIG_FILE',
  'FONTCONFIG_PATH',
  'XDG_CACHE_HOME',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'SystemRoot',
  'USERPROFILE',
  'LOCALAPPDATA',
  'NODE_COMPILE_CACHE',
  'NODE_DISABLE_COMPILE_CACHE',
];

/**
 * The environment of a worker: a short list instead of the parent's whole, which may hold secrets and Node options.
 *
 * One arena instead of eight per core: the threads of a worker take turns, and glibc gives memory that another arena has
 * freed to nobody else. What fits below glibc's largest threshold is taken from there again instead of being mapped and
 * zeroed page by page for each picture, and no more than half a gigabyte of it is kept. Against two arenas and an eighth
 * of a gigabyte, a hundred photographs take half the system's time as AVIF and three quarters of it as JPEG.
 */
export function workerEnvironment(parent: NodeJS.ProcessEnv): Record<string, string> {
  const environment: Record<string, string> = {
    MALLOC_ARENA_MAX: '1',
    MALLOC_MMAP_THRESHOLD_: String(32 * 2 ** 20),
    MALLOC_TRIM_THRESHOLD_: String(512 * 2 ** 20),
  };
  for (const name of inherited) {
    const value = parent[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}
