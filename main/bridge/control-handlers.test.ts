import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../contract/app-state.ts';
import { controlProtocol, type ControlProtocol } from '../../contract/control-protocol.ts';
import { errorCodes, MillraceError } from '../../contract/errors.ts';
import { parseRecipe } from '../../contract/recipe.ts';
import { createClient, type RpcClient } from '../../contract/rpc/client.ts';
import { createServer } from '../../contract/rpc/server.ts';
import {
  bridgeStage,
  links,
  type BridgeStage,
  type BridgeStageOptions,
} from '../../tests/fixtures/bridge-stage.ts';
import { portPair } from '../../tests/fixtures/port-pair.ts';
import { createControlHandlers } from './control-handlers.ts';
import { createPreviews } from './previews.ts';

const hello = { name: 'Millrace', version: '1', platform: 'test' };

async function page(
  options?: BridgeStageOptions,
): Promise<BridgeStage & { readonly client: RpcClient<ControlProtocol> }> {
  const stage = await bridgeStage({ instant: true, ...options });
  const [ours, theirs] = portPair();
  createServer(ours, controlProtocol, {
    hello,
    credit: 64,
    handlers: createControlHandlers({
      desk: stage.desk,
      feed: stage.feed,
      shell: stage.shell,
      previews: createPreviews(stage.desk, () => undefined),
      page: 7,
    }),
  });
  return { ...stage, client: createClient(theirs, controlProtocol) };
}

/** A page with a batch of two that has ended. */
async function pageWithResults(options?: BridgeStageOptions): ReturnType<typeof page> {
  const stage = await page(options);
  await stage.client.call('add', { offers: links('a.jpg', 'b.jpg'), goesOn: false });
  await stage.until(({ view }) => view?.batch?.state === 'ended');
  return stage;
}

describe('what a page may ask', () => {
  it('is done to results by number, never by path', async () => {
    const { client, asked } = await pageWithResults();
    await client.call('showInFolder', { id: 1, which: 'output' });
    await client.call('dragOut', { ids: [1, 2, 99] });
    await client.call('copyText', { text: 'words' });
    await client.call('showLogs', undefined);
    const [one = '', two = ''] = ['a', 'b'].map((name) => `/out/https://pictures.test/${name}.jpg`);
    expect(asked.slice(2)).toEqual([
      `showInFolder ${one}`,
      `startDrag ${one} ${two}`,
      'copyText words',
      'showLogs',
    ]);
    await expect(client.call('showInFolder', { id: 1, which: 'source' })).rejects.toMatchObject({
      code: 'no-such-thing',
    });
    await expect(client.call('showInFolder', { id: 3, which: 'output' })).rejects.toMatchObject({
      code: 'no-such-thing',
    });
  });

  it('asks the person for files, folders and destinations', async () => {
    const { client, answers, folder, until } = await page();
    await writeFile(join(folder, 'chosen.jpg'), 'x');
    answers.files = [join(folder, 'chosen.jpg')];
    answers.destination = '/somewhere';
    await client.call('choose', { what: 'files' });
    expect((await until(({ rows }) => rows.size === 1)).rows.get(1)?.name).toBe('chosen.jpg');
    await client.call('choose', { what: 'folder' });
    expect(await client.call('chooseDestination', undefined)).toBe('/somewhere');
  });

  it('keeps presets, built-in ones as they are', async () => {
    const { client, desk } = await page();
    const recipe = parseRecipe({ to: 'avif' });
    const saved = await client.call('savePreset', { name: ' Mine ', recipe });
    expect(saved).toMatchObject({ name: 'Mine', builtIn: false, recipe: { to: 'avif' } });
    await client.call('renamePreset', { id: saved.id, name: 'Ours' });
    expect(desk.view().presets.map(({ name }) => name)).toEqual([
      'Same look',
      'Web',
      'E-mail',
      'Archive without loss',
      'Smallest',
      'Phone photos to JPEG',
      'Ours',
    ]);
    for (const name of ['web', ' ', 'x'.repeat(81)]) {
      await expect(client.call('savePreset', { name, recipe })).rejects.toMatchObject({
        code: 'preset-invalid',
      });
    }
    await expect(client.call('deletePreset', { id: 'millrace:web' })).rejects.toMatchObject({
      code: 'preset-invalid',
    });
    await client.call('deletePreset', { id: saved.id });
    await expect(client.call('deletePreset', { id: saved.id })).rejects.toMatchObject({
      code: 'no-such-thing',
    });
  });

  it('exports a preset and imports it again, under a name that is free', async () => {
    const { client, answers, folder } = await page();
    const file = join(folder, 'web.json');
    answers.presetExport = file;
    answers.presetToImport = file;
    await client.call('exportPreset', { id: 'millrace:web' });
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ name: 'Web', recipe: { to: 'webp' } });
    expect(await client.call('importPreset', undefined)).toMatchObject({ name: 'Web (2)', builtIn: false });
    answers.presetExport = undefined;
    answers.presetToImport = undefined;
    await client.call('exportPreset', { id: 'millrace:web' });
    expect(await client.call('importPreset', undefined)).toBeUndefined();
  });

  it.each([
    ['no JSON', 'hello'],
    ['another JSON', '{"name": "x"}'],
    ['a wrong recipe', '{"name": "x", "recipe": {"quality": 1000}}'],
    ['far too long', `{"name": "x", "recipe": {}}${' '.repeat(200_000)}`],
  ])('is told in a sentence that a file is no preset: %s', async (_name, text) => {
    const { client, answers, folder } = await page();
    answers.presetToImport = join(folder, 'odd.json');
    await writeFile(answers.presetToImport, text);
    const refusal = expect(client.call('importPreset', undefined)).rejects;
    await refusal.toMatchObject({ code: 'preset-invalid', message: expect.stringContaining('odd.json') });
  });

  it('is told that a preset file is not there, or is a folder', async () => {
    const { client, answers, folder } = await page();
    answers.presetToImport = join(folder, 'none.json');
    await expect(client.call('importPreset', undefined)).rejects.toMatchObject({ code: 'source-not-found' });
    await mkdir(join(folder, 'none.json'));
    await expect(client.call('importPreset', undefined)).rejects.toBeInstanceOf(MillraceError);
    answers.presetExport = join(folder, 'none.json');
    await expect(client.call('exportPreset', { id: 'millrace:web' })).rejects.toMatchObject({
      code: 'destination-is-a-folder',
    });
    expect(await readdir(folder)).toEqual(['none.json']);
  });

  it('sees pictures by number, and what a recipe would make of one', async () => {
    const { client, previews } = await pageWithResults();
    expect(await client.call('preview', { token: 3, id: 1, which: 'output', maxEdge: 64 })).toEqual({
      outcome: 'sent',
    });
    expect(previews).toMatchObject([{ page: 7, token: 3, name: 'a.jpg', maxEdge: 64 }]);
    expect(await client.call('preview', { token: 4, id: 1, which: 'difference' })).toEqual({
      outcome: 'sent',
    });
    expect(previews[1]).toMatchObject({ page: 7, token: 4, original: { recipe: parseRecipe({}) } });
    expect(previews[1]?.bytes).not.toEqual(previews[1]?.original?.bytes);
    expect(await client.call('preview', { token: 5, id: 99, which: 'source' })).toEqual({
      outcome: 'unavailable',
    });
    expect(await client.call('preview', { token: 5, id: 1, which: 'reshaped' })).toEqual({ outcome: 'sent' });
    expect(previews[2]).toMatchObject({ token: 5, reshape: parseRecipe({}) });
    const estimate = await client.call('estimate', { id: 1, recipe: parseRecipe({ to: 'webp' }) });
    expect(estimate.sourceBytes).toBeGreaterThan(0);
  });

  it('does not see a picture that ends workers, until there is another in its place', async () => {
    let identity = 'torn';
    const { client, previews, answers } = await pageWithResults({ head: () => ({ identity }) });
    const look = () => client.call('preview', { token: 6, id: 2, which: 'source' });
    answers.preview = new MillraceError('worker-timed-out', 'It took too long.');
    for (let time = 0; time < 2; time += 1) {
      expect(await look()).toEqual({ outcome: 'unavailable', note: 'It took too long.' });
    }
    expect(previews).toHaveLength(1);
    identity = 'repaired';
    answers.preview = 'sent';
    expect(await look()).toEqual({ outcome: 'sent' });
  });

  it('sees a picture whose worker ended under it once, by another worker', async () => {
    const { client, previews, answers } = await pageWithResults();
    const look = () => client.call('preview', { token: 6, id: 2, which: 'source' });
    const crash = new MillraceError('worker-crashed', 'It crashed.');
    answers.preview = () => (previews.length === 1 ? crash : 'sent');
    expect(await look()).toEqual({ outcome: 'sent' });
    answers.preview = crash;
    for (let time = 0; time < 2; time += 1) {
      expect(await look()).toEqual({ outcome: 'unavailable', note: 'It crashed.' });
    }
    expect(previews).toHaveLength(4);
  });

  it('is kept from undoing and resuming what is not known', async () => {
    const { client } = await page();
    await expect(client.call('undo', { batch: '../x' })).rejects.toMatchObject({ code: 'no-such-thing' });
    await expect(client.call('resumeBatch', { batch: '' })).rejects.toMatchObject({ code: 'no-such-thing' });
  });
});

describe('whatever a page sends', () => {
  const methods = Object.keys(controlProtocol.requests).filter((method) => method !== 'changes');
  const id = fc.oneof(fc.integer(), fc.constantFrom(0, 1, 2, 3, -1, NaN, 2 ** 60));
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '../../etc/passwd',
      '/etc/passwd',
      'file:///etc/passwd',
      '__proto__',
      '\0',
      'millrace:web',
    ),
  );
  const likely = fc.record(
    {
      id: fc.oneof(id, text),
      ids: fc.array(id),
      batch: text,
      name: text,
      text,
      token: id,
      which: fc.constantFrom('source', 'reshaped', 'output', 'difference', 'everything'),
      what: fc.constantFrom('files', 'folder', '/'),
      maxEdge: id,
      recipe: fc.oneof(
        fc.object(),
        fc.constant({}),
        fc.constant({ output: { place: 'folder', folder: '/etc' } }),
      ),
      settings: fc.oneof(fc.object(), fc.constant(defaultSettings)),
      offers: fc.array(
        fc.oneof(
          fc.anything(),
          fc.record({ kind: fc.constant('handle'), handle: text }),
          fc.record({ kind: fc.constant('link'), url: text }),
          fc.record({ kind: fc.constant('picture'), name: text, bytes: fc.uint8Array() }),
        ),
        { maxLength: 5 },
      ),
    },
    { requiredKeys: [] },
  );

  it('is answered or refused with a typed error, and nothing is written outside our folders', async () => {
    const { client, desk, folder, world } = await pageWithResults();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...methods, 'constructor', '__proto__', 'toString', ''),
        fc.oneof(likely, fc.anything()),
        async (method, params) => {
          const call: Promise<unknown> = client.call(method as 'detail', params as { id: number });
          const error: unknown = await call.then(
            () => undefined,
            (reason: unknown) => reason,
          );
          if (error === undefined) return;
          expect(error).toBeInstanceOf(MillraceError);
          expect(errorCodes).toContain((error as MillraceError).code);
          expect((error as MillraceError).code).not.toBe('internal');
        },
      ),
      { numRuns: 2000 },
    );
    // The port lives, and so does the desk.
    expect(await client.call('detail', { id: 1e9 })).toBe(undefined);
    await client.call('cancel', undefined);
    await client.call('clear', undefined);
    expect(desk.batch).toBeUndefined();
    expect((await readdir(folder)).filter((name) => name !== 'dropped')).toEqual([]);
    for (const path of world.committed.keys()) expect(path).toMatch(/^\/out\//);
  });
});
