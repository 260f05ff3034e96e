import { EventEmitter } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import sharp from 'sharp';
import { expect, it, onTestFinished } from 'vitest';
import type { Row } from '../../contract/app-state.ts';
import { requestControlPort } from '../../contract/channels.ts';
import { controlProtocol, type ControlProtocol } from '../../contract/control-protocol.ts';
import { fromThreadPort } from '../../contract/ports/node-port.ts';
import type { Result } from '../../contract/protocol.ts';
import { parseRecipe } from '../../contract/recipe.ts';
import { createClient, type RpcClient } from '../../contract/rpc/client.ts';
import { appOrigin } from '../../main/app/app-protocol.ts';
import { createHandleTable, type HandleTable } from '../../main/app/handles.ts';
import { openBridge } from '../../main/bridge/open-bridge.ts';
import { createFakeShell } from '../fixtures/bridge-stage.ts';
import { forkedUtility } from '../fixtures/forked-utility.ts';
import { writePicture } from '../fixtures/pictures.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

interface App {
  readonly folder: string;
  readonly handles: HandleTable;
  /** As a page that was just loaded would. */
  readonly connect: () => RpcClient<ControlProtocol>;
}

/** The bridge over real disks and the built worker, with a page at the other end of a channel. */
async function openApp(): Promise<App> {
  const folder = await temporaryFolder();
  const handles = createHandleTable();
  const ipcMain = new EventEmitter();
  const ignore = (): undefined => undefined;
  const { desk } = openBridge({
    electron: { ...forkedUtility, ipcMain, openChannel } as unknown as Parameters<
      typeof openBridge
    >[0]['electron'],
    origin: appOrigin,
    hello: { name: 'Millrace', version: '1', platform: 'test' },
    shell: createFakeShell([], {
      files: [],
      folder: [],
      destination: undefined,
      presetToImport: undefined,
      presetExport: undefined,
      replace: true,
      stop: true,
      preview: 'unavailable',
    }),
    handles,
    folders: {
      dropped: join(folder, 'dropped'),
      samples: join(folder, 'samples'),
      samplesCopy: join(folder, 'copy'),
      outputs: join(folder, 'results'),
    },
    worker: join(import.meta.dirname, '../../out/main/image-worker.js'),
    log: { error: ignore, warn: ignore, info: ignore, debug: ignore },
  });
  onTestFinished(() => desk.close());
  return {
    folder,
    handles,
    connect() {
      let received: MessagePort | undefined;
      const postMessage = (_channel: string, _message: unknown, [port]: [MessagePort]): void => {
        received ??= port;
      };
      ipcMain.emit(requestControlPort, { senderFrame: { url: `${appOrigin}/`, parent: null, postMessage } });
      if (received === undefined) throw new Error('No port came.');
      return createClient(fromThreadPort(received), controlProtocol);
    },
  };
}

function openChannel(): { port1: object; port2: MessagePort } {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => {
    port1.close();
  });
  const electronPort = {
    postMessage: port1.postMessage.bind(port1),
    on: (event: string, listener: (given: unknown) => void) =>
      port1.on(event, (value: unknown) => {
        listener(event === 'message' ? { data: value } : value);
      }),
    start: port1.start.bind(port1),
    close: port1.close.bind(port1),
  };
  return { port1: electronPort, port2 };
}

type View = NonNullable<Result<ControlProtocol, 'changes'>['view']>;

async function watch(
  page: RpcClient<ControlProtocol>,
  condition: (view: View, rows: Map<number, Row>) => boolean,
): Promise<Map<number, Row>> {
  const rows = new Map<number, Row>();
  let view: View | undefined;
  while (view === undefined || !condition(view, rows)) {
    const changes = await page.call('changes', undefined);
    view = changes.view ?? view;
    for (const row of changes.rows) rows.set(row.id, row);
    for (const id of changes.removed) rows.delete(id);
  }
  return rows;
}

it('turns a dropped folder and a pasted picture into smaller ones, and tells a reloaded page all of it', async () => {
  const { folder, handles, connect } = await openApp();
  const pictures = join(folder, 'pictures');
  for (const name of ['a.jpg', 'b.jpg', 'deep/c.jpg']) await writePicture(join(pictures, name));
  await writeFile(join(pictures, 'broken.jpg'), 'no picture');
  await writeFile(join(pictures, 'letter.txt'), 'no picture either');
  const [handle = ''] = handles.register([pictures]);
  const page = connect();
  await page.call('setRecipe', { recipe: parseRecipe({ to: 'webp', quality: 60 }) });
  const pasted = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#123456' } })
    .png()
    .toBuffer();
  await page.call('add', {
    offers: [
      { kind: 'handle', handle },
      { kind: 'picture', name: 'pasted', bytes: new Uint8Array(pasted) },
    ],
    goesOn: false,
  });
  const rows = await watch(page, ({ batch }) => batch?.state === 'ended');
  const byName = new Map([...rows.values()].map((row) => [row.name, row]));
  expect([...byName.keys()].sort()).toEqual(['a.jpg', 'b.jpg', 'broken.jpg', 'c.jpg', 'pasted.png']);
  expect(byName.get('c.jpg')).toMatchObject({ folder: 'pictures/deep', state: 'done', format: 'jpeg' });
  expect(byName.get('broken.jpg')).toMatchObject({ state: 'failed' });
  expect(byName.get('broken.jpg')?.reason).toContain('broken.jpg');

  const written = await readFile(join(pictures, 'deep', 'c-small.webp'));
  expect(await sharp(written).metadata()).toMatchObject({ format: 'webp', width: 320, height: 240 });
  expect(byName.get('c.jpg')?.output?.bytes).toBe(written.byteLength);
  expect(await readdir(join(folder, 'results'))).toEqual(['pasted.webp']);
  const id = byName.get('c.jpg')?.id ?? 0;
  expect(await page.call('detail', { id })).toMatchObject({
    source: { width: 320, height: 240, colour: 'sRGB' },
    settings: expect.stringContaining('quality 60'),
  });
  const smaller = await page.call('estimate', { id, recipe: parseRecipe({ to: 'webp', quality: 20 }) });
  expect(smaller.bytes).toBeLessThan(written.byteLength);
  // These processes take no ports, and say so.
  expect(await page.call('preview', { token: 1, id, which: 'source', maxEdge: 64 })).toEqual({
    outcome: 'unavailable',
  });

  page.close();
  const reloaded = await watch(connect(), () => true);
  expect(reloaded).toEqual(rows);
});
