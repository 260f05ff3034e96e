import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { asMillraceError, type MillraceError } from '../../contract/errors.ts';
import { parseRecipe, type RecipeInput } from '../../contract/recipe.ts';
import type { ConvertResult } from '../../contract/worker-protocol.ts';
import {
  billionLaughs,
  circularTiff,
  deepTiff,
  deflateBomb,
  doublingUses,
  drawing,
  fullProfileSegments,
  hugePng,
  jpegWith,
  longApng,
  longGif,
  longWebp,
  nestedGroups,
  pngWith,
  quadraticBlowUp,
  selfContainingTiff,
  selfFollowingTiff,
  tiffWithProfile,
  twistedExif,
  webpWith,
} from '../fixtures/bombs.ts';
import { picture } from '../fixtures/pictures.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { watchedPool } from '../fuzz/watched-pool.ts';

/** What the pool gives a job at least, however small its picture. */
const limitMs = 30_000;

/** A worker at rest has 110 MB; a block of 50 MB is there a few times while it is taken from one file to another. */
const maxResidentBytes = 1e9;

// One worker for all of them: none may end it, and what one leaves behind the next one meets.
const pool = watchedPool(join(import.meta.dirname, '../../utility/image-worker.ts'), 1, limitMs);
afterAll(async () => {
  expect(await pool.close()).toEqual([]);
});

async function run(bytes: Uint8Array, recipe: RecipeInput): Promise<ConvertResult | MillraceError> {
  const startedAt = performance.now();
  const result = await pool
    .run(
      { name: 'bomb', bytes, recipe: parseRecipe({ effort: 'fast', ...recipe }) },
      { signal: new AbortController().signal, pixels: 1000, formats: ['webp'] },
    )
    .catch(asMillraceError);
  expect(performance.now() - startedAt).toBeLessThan(limitMs);
  expect(pool.peakBytes()).toBeLessThan(maxResidentBytes);
  expect(pool.stats()).toMatchObject({ starts: 1, terminations: {} });
  return result;
}

const refusals = {
  pixels: { code: 'too-many-pixels', message: expect.stringMatching(/^bomb has \d+ megapixels, more than/) },
  frames: { code: 'too-many-frames', message: expect.stringMatching(/^bomb has 100000 frames, more than/) },
  edge: { code: 'too-large-for-format', message: expect.stringMatching(/^bomb would be drawn as/) },
  damaged: { code: 'damaged-image', message: expect.stringMatching(/^bomb is damaged or incomplete/) },
} as const;

const jpeg = await picture({ width: 16, height: 16 });
const webp = await picture({ width: 16, height: 16, format: 'webp' });
/** A block of EXIF, or of nothing, that takes tens of megabytes. */
const block = (): Uint8Array =>
  Buffer.concat([Buffer.from('II*\0\x08\0\0\0\0\0\0\0\0\0'), Buffer.alloc(50e6, 7)]);
const exifSegment = (exif: Uint8Array): Uint8Array =>
  jpegWith(jpeg, [[0xe1, Buffer.concat([Buffer.from('Exif\0\0'), exif])]]);

describe('a small file that means to be large', () => {
  it.each<readonly [string, () => Uint8Array, keyof typeof refusals]>([
    ['a PNG of 60,000 x 60,000', () => hugePng(60_000, 60_000), 'pixels'],
    ['a GIF of 100,000 frames of one pixel', () => longGif(100_000, 1), 'frames'],
    ['a GIF of 100,000 frames on a large canvas', () => longGif(100_000, 1000), 'pixels'],
    ['a WebP of 100,000 frames of one pixel', () => longWebp(100_000, 1), 'frames'],
    ['a WebP of 100,000 frames on a large canvas', () => longWebp(100_000, 1000), 'pixels'],
    ['an animated PNG of 100,000 frames of one pixel', () => longApng(100_000, 1), 'frames'],
    ['an animated PNG of 100,000 frames on a large canvas', () => longApng(100_000, 1000), 'pixels'],
    ['a billion laughs', billionLaughs, 'damaged'],
    ['one long entity, named often', quadraticBlowUp, 'damaged'],
    ['groups that double forty times', () => doublingUses(40), 'damaged'],
    ['100,000 groups in each other', () => nestedGroups(100_000), 'damaged'],
    ['a drawing of 40,000 pixels', () => drawing('', 'width="40000" height="10"'), 'edge'],
    ['a drawing of 30,000 x 40,000', () => drawing('', 'width="30000" height="40000"'), 'pixels'],
    ['a drawing without end', () => drawing('', 'viewBox="0 0 1e30 1e30"'), 'damaged'],
  ])('%s is refused with a reason', async (_name, make, refusal) => {
    expect(await run(make(), { to: 'webp' })).toMatchObject(refusals[refusal]);
  });

  it('is refused where the first frame alone is wanted too: decoders go through them all', async () => {
    for (const bytes of [longGif(100_000, 1), longWebp(100_000, 1), longApng(100_000, 1)])
      expect(await run(bytes, { to: 'jpeg' })).toMatchObject(refusals.frames);
  });

  it.each([
    ['a profile that inflates to a gigabyte', () => deflateBomb('iCCP')],
    ['a comment that inflates to a gigabyte', () => deflateBomb('zTXt')],
    ['XMP that inflates to a gigabyte', () => deflateBomb('iTXt')],
    ['a TIFF whose directory is followed by itself', selfFollowingTiff],
    ['a TIFF whose directories go round', circularTiff],
    ['a TIFF whose directory is its own sub-directory', selfContainingTiff],
    ['a TIFF of 100,000 directories', () => deepTiff(100_000, 'following')],
    ['a TIFF of 100,000 directories in each other', () => deepTiff(100_000, 'sub')],
    ['a TIFF of 100,000 directories of EXIF in each other', () => deepTiff(100_000, 'exif')],
    ['EXIF that goes round, in a PNG', () => pngWith('eXIf', twistedExif('circle'))],
    ['EXIF that goes round, in a JPEG', () => exifSegment(twistedExif('circle'))],
    ['EXIF of 100,000 directories', () => pngWith('eXIf', twistedExif('chain'))],
    ['a drawing of a billion pixels an edge', () => drawing('', 'width="1000000000" height="1000000000"')],
    [
      'noise of two billion octaves',
      () =>
        drawing(
          '<filter id="f"><feTurbulence baseFrequency="0.05" numOctaves="2000000000"/></filter>' +
            '<rect width="64" height="64" filter="url(#f)"/>',
        ),
    ],
    [
      'a thousand endless blurs',
      () =>
        drawing(
          `<filter id="f" x="-1e6" y="-1e6" width="1e7" height="1e7">${'<feGaussianBlur stdDeviation="1e9"/>'.repeat(1000)}</filter>` +
            '<rect width="64" height="64" filter="url(#f)"/>',
        ),
    ],
    ['a PNG with 50 MB of EXIF', () => pngWith('eXIf', block())],
    ['a WebP with 50 MB of EXIF and as much profile', () => webpWith(webp, { EXIF: block(), ICCP: block() })],
    ['a TIFF with 50 MB of profile', () => tiffWithProfile(block())],
    ['a JPEG with all the profile it can have', () => jpegWith(jpeg, fullProfileSegments())],
  ])('%s does no harm', async (_name, make) => {
    const bytes = make();
    for (const recipe of [
      { to: 'webp' },
      { to: 'png', metadata: 'copyright', gps: 'strip' },
      { to: 'jpeg', gps: 'strip' },
    ] satisfies RecipeInput[]) {
      const result = await run(bytes, recipe);
      if ('code' in result) expect(result).toMatchObject({ code: 'damaged-image' });
      else expect(result.report.outcome).toBe('converted');
    }
  });
});

describe('a drawing that refers to what lies outside it', () => {
  const red = { r: 255, g: 0, b: 0 };

  /** Whether anything in what became of it is red. */
  async function shows(bytes: Uint8Array): Promise<boolean> {
    const result = await run(bytes, { to: 'png' });
    if ('code' in result) return false;
    const pixels = await sharp(result.bytes).removeAlpha().raw().toBuffer();
    for (let at = 0; at < pixels.length; at += 3)
      if ((pixels[at] ?? 0) > 200 && (pixels[at + 1] ?? 0) < 50 && (pixels[at + 2] ?? 0) < 50) return true;
    return false;
  }

  /** Everything in a drawing that can name a file elsewhere. */
  function referring(to: string): Uint8Array[] {
    const rect = '<rect width="64" height="64" fill="#0f0"/>';
    return [
      drawing(`${rect}<image width="64" height="64" xlink:href="${to}"/>`),
      drawing(`${rect}<image width="64" height="64" href="${to}"/>`),
      drawing(`${rect}<use xlink:href="${to}#r"/>`),
      drawing(
        `${rect}<filter id="f"><feImage xlink:href="${to}"/></filter><rect width="64" height="64" filter="url(#f)"/>`,
      ),
      drawing(`<rect width="64" height="64" fill="url(${to}#r)"/>`),
      drawing(
        `<style>@import url("${to}"); @font-face { font-family: F; src: url("${to}"); }</style><text y="20" font-family="F">a</text>`,
      ),
      drawing(`${rect}<xi:include href="${to}" parse="xml"/>`),
      drawing(rect, undefined, `<?xml-stylesheet href="${to}" type="text/css"?>`),
      drawing('&x;', undefined, `<!DOCTYPE svg [<!ENTITY x SYSTEM "${to}">]>`),
      drawing(`%p;${rect}`, undefined, `<!DOCTYPE svg SYSTEM "${to}" [<!ENTITY % p SYSTEM "${to}"> %p;]>`),
      drawing(
        `${rect}<image width="64" height="64" href="data:image/svg+xml;base64,${Buffer.from(
          drawing(`<image width="64" height="64" href="${to}"/>`),
        ).toString('base64')}"/>`,
      ),
    ];
  }

  it('asks no server', async () => {
    let hits = 0;
    const server = createServer((_request, response) => response.end()).on('connection', () => (hits += 1));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    for (const bytes of referring(`http://127.0.0.1:${String(port)}/red.png`))
      await run(bytes, { to: 'png' });
    expect(hits).toBe(0);
    // The server does count.
    await fetch(`http://127.0.0.1:${String(port)}/`);
    expect(hits).toBe(1);
  });

  it('shows no file', async () => {
    const folder = await temporaryFolder();
    const png = join(folder, 'red.png');
    const svg = join(folder, 'red.svg');
    const image = sharp({ create: { width: 64, height: 64, channels: 3, background: red } }).png();
    const bytes = await image.toBuffer();
    await writeFile(png, bytes);
    await writeFile(svg, drawing('<rect id="r" width="64" height="64" fill="#f00"/>'));
    const names = [png, svg].flatMap((path) => [
      pathToFileURL(path).href,
      path,
      `../../../../../../../..${path}`,
    ]);
    for (const name of names)
      for (const [way, refers] of referring(name).entries())
        expect(await shows(refers), `way ${String(way)} to ${name}`).toBe(false);
    // A picture within the drawing is shown.
    const within = `data:image/png;base64,${bytes.toString('base64')}`;
    expect(await shows(drawing(`<image width="64" height="64" href="${within}"/>`))).toBe(true);
  });
});

it('the same worker converts the next picture', async () => {
  expect(await run(jpeg, { to: 'webp' })).toMatchObject({ report: { outcome: 'converted' } });
  expect(pool.stats().starts).toBe(1);
});
