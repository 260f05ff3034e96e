import { accessSync, constants } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import type { Work } from './works.ts';

/** A way to do the work: the command that turns all files into outputs in a folder. */
export interface Competitor {
  readonly name: string;
  /** Undefined where it cannot do this work with the same settings. */
  command(work: Work, files: readonly string[], folder: string): readonly string[] | undefined;
  /** The programs it needs; it is left out, by name, where one is missing. */
  readonly needs: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

const cores = availableParallelism();
const node = process.execPath;
const here = import.meta.dirname;

/** Millrace as a person runs it. */
export const millrace: Competitor = {
  name: 'Millrace',
  needs: [],
  command: (work, files, folder) => [
    node,
    join(here, '../bin/millrace.js'),
    ...files,
    ...work.flags,
    '--out',
    folder,
    '--state',
    `${folder}-state`,
    '--json',
  ],
};

export const peers: readonly Competitor[] = [
  sharpScript('sharp, one process, Promise.all', 'sharp-one-process.ts'),
  sharpScript('piscina threads + sharp', 'piscina.ts'),
  {
    name: `cwebp under xargs -P${String(cores)}`,
    needs: ['cwebp', 'xargs'],
    command: (work, files, folder) =>
      work.extension === 'webp'
        ? xargs(files, `cwebp -quiet -q 80 "$0" -o "${folder}/$(basename "$0" .jpg).webp"`)
        : undefined,
  },
  {
    name: `djpeg | cjpeg under xargs -P${String(cores)} (libjpeg-turbo: no trellis, less work)`,
    needs: ['cjpeg', 'djpeg', 'xargs'],
    command: (work, files, folder) =>
      work.extension === 'jpg'
        ? xargs(files, `djpeg "$0" | cjpeg -quality 80 -optimize -progressive > "${folder}/$(basename "$0")"`)
        : undefined,
  },
  {
    name: `vips under xargs -P${String(cores)}`,
    needs: ['vips', 'xargs'],
    env: { VIPS_CONCURRENCY: '1' },
    // Debian's libvips has neither mozjpeg nor AVIF, so it can do the WebP work alone.
    command: (work, files, folder) =>
      work.extension === 'webp'
        ? xargs(files, `vips copy "$0" "${folder}/$(basename "$0" .jpg).webp[Q=80,strip]"`)
        : undefined,
  },
  {
    name: `avifenc under xargs -P${String(cores)}`,
    needs: ['avifenc', 'xargs'],
    // libvips' effort 0 is libaom's speed 9, and its quality 60 (100 - 60) * 63 / 100 of libaom's levels.
    command: (work, files, folder) =>
      work.extension === 'avif'
        ? xargs(
            files,
            `avifenc -j 1 -s 9 -y 444 --min 0 --max 63 -a end-usage=q -a cq-level=25 "$0" "${folder}/$(basename "$0" .jpg).avif" >/dev/null`,
          )
        : undefined,
  },
  // The WebP settings of both equal libwebp's defaults; neither has mozjpeg nor AVIF's effort 0.
  {
    name: 'ImageMagick mogrify',
    needs: ['mogrify'],
    command: (work, files, folder) =>
      work.extension === 'webp'
        ? ['mogrify', '-format', 'webp', '-quality', '80', '-strip', '-path', folder, ...files]
        : undefined,
  },
  {
    name: 'GraphicsMagick mogrify',
    needs: ['gm'],
    // It repeats the path of a source below its output folder, so it runs among the sources.
    command: (work, files, folder) =>
      work.extension === 'webp'
        ? [
            'bash',
            '-c',
            'cd "$1" && shift && exec gm mogrify -format webp -quality 80 -strip -output-directory "$@"',
            'bash',
            dirname(files[0] ?? ''),
            folder,
            ...files.map((file) => basename(file)),
          ]
        : undefined,
  },
];

/** Which of the programs a competitor needs are missing here. */
export function missingPrograms(competitor: Competitor): readonly string[] {
  return competitor.needs.filter((program) => !isInPath(program));
}

function isInPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function sharpScript(name: string, script: string): Competitor {
  return {
    name,
    needs: [],
    command: (work, files, folder) => [
      node,
      join(here, 'peers', script),
      JSON.stringify(work),
      folder,
      JSON.stringify(files),
    ],
  };
}

function xargs(files: readonly string[], script: string): readonly string[] {
  const list = files.map((file) => `'${file.replaceAll("'", "'\\''")}'`).join(' ');
  return [
    'bash',
    '-c',
    `printf '%s\\0' ${list} | xargs -0 -n1 -P${String(cores)} bash -c '${script.replaceAll("'", "'\\''")}'`,
  ];
}
