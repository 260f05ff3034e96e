// Usage: npm run bench:quality [-- --whole] [-- --fresh] [-- --only <tool, Millrace or others>]. Writes docs/QUALITY.md.
// Measurements are kept in .cache/quality, so that a run goes on where an earlier one was interrupted; --fresh forgets them.
// What it takes is a third of the corpus, made small: 40 minutes on two cores that had other work besides, with
// `--only Millrace` and `--only others` side by side and then neither. --whole takes a night.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { defaultLevel, qualityLevels } from '../../contract/quality.ts';
import { loadCodecs } from '../../utility/codecs.ts';
import { millrace, prepareGround, Samples } from './measure.ts';
import { listPictures, readPicture } from './pictures.ts';
import { accuracyTable, defaultsTable, equalScoreTable, type Table } from './tables.ts';
import { findTools } from './tools.ts';

const { values } = parseArgs({
  options: { whole: { type: 'boolean' }, fresh: { type: 'boolean' }, only: { type: 'string' } },
});
const whole = values.whole === true;
const root = join(import.meta.dirname, '../..');
const page = join(root, 'docs/QUALITY.md');
const cache = join(root, '.cache/quality', whole ? 'whole.jsonl' : 'third.jsonl');

/** Every third picture, and small enough for slow encoders; or all of them. */
const set = whole ? { every: 1, pixels: 2_000_000 } : { every: 3, pixels: 400_000 };
/** The same pictures as they are, for what a search takes there: its montage is a smaller part of them. */
const asTheyAre = join(root, '.cache/quality', whole ? 'whole-as-they-are.jsonl' : 'third-as-they-are.jsonl');
const formatsAsTheyAre = ['jpeg', 'webp'] as const;
const level = qualityLevels[defaultLevel].score;
const formats = ['jpeg', 'webp', 'avif', 'jxl'] as const;
/** What Millrace is asked for: its own ladder. */
const targets = [...new Set([65, 70, 75, 80, level, 90])];

if (values.fresh === true) await Promise.all([cache, asTheyAre].map((file) => rm(file, { force: true })));
const samples = await Samples.open(cache);
const samplesAsTheyAre = await Samples.open(asTheyAre);
const codecs = await loadCodecs('native');
const { tools, missing } = await findTools();
const listed = await listPictures();
const pictures = await measureAll();
if (values.only === undefined) await writePage();
process.exit(0);

function isWanted(tool: string): boolean {
  if (values.only === 'others') return tool !== millrace;
  return values.only === undefined || values.only === tool;
}

async function measureAll(): Promise<number> {
  let count = 0;
  for (const [index, each] of listed.entries()) {
    if (index % set.every !== 0) continue;
    const picture = await readPicture(each, set.pixels);
    // Not every tool can write transparency.
    if (picture.channels !== 3) continue;
    count += 1;
    using ground = prepareGround(picture, codecs);
    const { name } = picture;
    for (const to of [...formats, 'best'] as const) {
      if (!isWanted(millrace)) continue;
      for (const target of to === 'best' ? [level] : targets) {
        const key = { picture: name, tool: millrace, format: to, setting: String(target) };
        await samples.once(key, () => ground.tryMillrace(to, target));
      }
    }
    for (const tool of tools) {
      if (!isWanted(tool.name)) continue;
      for (const setting of ['default', ...tool.ladder] as const) {
        const key = { picture: name, tool: tool.name, format: tool.format, setting: String(setting) };
        await samples.once(key, () => ground.tryTool(tool, setting));
      }
    }
    if (isWanted(millrace)) await measureAsItIs(each);
    process.stderr.write(`${String(count)} ${name}\n`);
  }
  return count;
}

async function measureAsItIs(each: (typeof listed)[number]): Promise<void> {
  const picture = await readPicture(each, Infinity);
  using ground = prepareGround(picture, codecs);
  for (const to of formatsAsTheyAre) {
    const key = { picture: picture.name, tool: millrace, format: to, setting: String(level) };
    await samplesAsTheyAre.once(key, () => ground.tryMillrace(to, level));
  }
}

async function writePage(): Promise<void> {
  const { all } = samples;
  const parts = [
    '# The same look in fewest bytes: measured',
    `Written by \`npm run bench:quality${whole ? ' -- --whole' : ''}\`: ${String(pictures)} opaque pictures of the corpus (Kodak, CLIC, camera photographs, graphics; ${whole ? '' : 'every third, '}each of at most ${String(set.pixels / 1e6)} megapixels: lossless photographs are cropped, the others made smaller first). Scores are SSIMULACRA2, of the file as sharp decodes it (JPEG XL: wasm-vips), beside the picture.${missing.length > 0 ? ` Not here: ${missing.join(', ')}.` : ''}`,
    'Where a search starts was learnt from the same pictures. With others it may take more attempts; what it writes is scored all the same.',
    '## How the search keeps its word',
    markdown(accuracyTable(all)),
    `The same pictures as they are, ${megapixels(0)} to ${megapixels(-1)} megapixels, at ${String(level)}:`,
    markdown(accuracyTable(samplesAsTheyAre.all)),
    '## Bytes at equal score',
    ...formats.map((each) => markdown(equalScoreTable(all, each))),
    '## What a person gets who changes nothing',
    ...formats.map((each) => markdown(defaultsTable(all, each, level))),
    bestFormat(),
    (await remarks()).trimEnd(),
  ];
  const style = await resolveConfig(page);
  await writeFile(page, await format(parts.join('\n\n'), { ...style, parser: 'markdown' }));
}

function megapixels(at: 0 | -1): string {
  const sizes = samplesAsTheyAre.all.map(({ pixels = NaN }) => pixels).sort((a, b) => a - b);
  return ((sizes.at(at) ?? NaN) / 1e6).toFixed(1);
}

function bestFormat(): string {
  const runs = samples.all.filter(({ tool, format }) => tool === millrace && format === 'best');
  const won = Map.groupBy(runs, ({ note }) => note);
  const bytes = runs.reduce((sum, run) => sum + run.bytes, 0);
  const lowest = Math.min(...runs.map(({ score }) => score));
  const formatsWon = [...won].map(([format, each]) => `${String(format)} ${String(each.length)}`).join(', ');
  return `\`--to best\` at ${String(level)}: ${(bytes / 1000).toFixed(0)} kB, lowest score ${lowest.toFixed(1)}; won by ${formatsWon}. (JPEG XL takes part only where a recipe names it.)`;
}

/** What was found besides, by hand: the end of the page, which is kept. */
async function remarks(): Promise<string> {
  const before = await readFile(page, 'utf8').catch(() => '');
  const at = before.indexOf('## Remarks');
  return at === -1 ? '' : before.slice(at);
}

function markdown({ caption, head, rows }: Table): string {
  const lines = [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
  return `${caption}\n\n${lines.join('\n')}`;
}
