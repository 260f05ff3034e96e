import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MessageChannel, Worker } from 'node:worker_threads';
import sharp from 'sharp';
import { expect, it, onTestFinished } from 'vitest';
import { previewPortChannel } from '../../../contract/channels.ts';
import { fromUtilityProcess } from '../../../contract/ports/electron-port.ts';
import { fromThreadPort } from '../../../contract/ports/node-port.ts';
import { previewProtocol, type PreviewProtocol } from '../../../contract/preview-protocol.ts';
import type { EventPayload } from '../../../contract/protocol.ts';
import { parseRecipe } from '../../../contract/recipe.ts';
import { createClient, type RpcClient } from '../../../contract/rpc/client.ts';
import { workerProtocol, type WorkerProtocol } from '../../../contract/worker-protocol.ts';
import { moving, picture } from '../../fixtures/pictures.ts';

const page = 7;

interface Started {
  readonly client: RpcClient<WorkerProtocol>;
  /** What the page got for this token. */
  readonly picture: (token: number) => Promise<EventPayload<PreviewProtocol, 'picture'>>;
}

/** The built worker, with a page that has a port to it. */
async function start(): Promise<Started> {
  const entry = pathToFileURL(join(import.meta.dirname, '../../../out/main/image-worker.js')).href;
  const thread = new Worker(join(import.meta.dirname, '../../fixtures/workers/in-thread.ts'), {
    workerData: { entry },
  });
  onTestFinished(() => void thread.terminate());
  const client = createClient(
    fromUtilityProcess({
      postMessage: (data) => {
        thread.postMessage({ data });
      },
      on: (event: 'message' | 'exit', listener: (message?: unknown) => void) => thread.on(event, listener),
    }),
    workerProtocol,
  );
  await client.ready;
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => {
    port2.close();
  });
  const arrived = new Map<number, PromiseWithResolvers<EventPayload<PreviewProtocol, 'picture'>>>();
  const slotOf = (token: number): NonNullable<ReturnType<typeof arrived.get>> => {
    const known = arrived.get(token) ?? Promise.withResolvers<EventPayload<PreviewProtocol, 'picture'>>();
    arrived.set(token, known);
    return known;
  };
  createClient(fromThreadPort(port2), previewProtocol).onEvent('picture', (event) => {
    slotOf(event.token).resolve(event);
  });
  thread.postMessage({ data: { channel: previewPortChannel, slot: 0, generation: 1, page }, port: port1 }, [
    port1,
  ]);
  return { client, picture: (token) => slotOf(token).promise };
}

it('sends a page the picture it asked for, and a map of where a result differs from its original', async () => {
  const { client, picture: sent } = await start();
  const bytes = await picture();
  expect(await client.call('preview', { page, token: 1, name: 'a', bytes, maxEdge: 64 })).toMatchObject({
    outcome: 'sent',
  });
  expect(await sent(1)).toMatchObject({ mime: 'image/jpeg', width: 320, height: 240 });

  const recipe = parseRecipe({
    to: 'webp',
    quality: 20,
    resize: { longestEdge: 160, fit: 'inside', enlarge: false },
  });
  const made = await client.call('convert', { name: 'a', bytes, recipe });
  const result = made.bytes ?? bytes;
  const told = await client.call('preview', {
    page,
    token: 2,
    name: 'a',
    bytes: result,
    original: { bytes, recipe },
  });
  expect(told.outcome).toBe('sent');
  expect(told.note).toBeUndefined();
  const map = await sent(2);
  expect(map).toMatchObject({ mime: 'image/png', width: 160, height: 120 });
  const { data, info } = await sharp(map.bytes).raw().toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width: 160, height: 120, channels: 4 });
  const coloured = data.filter((value, index) => index % 4 === 3 && value > 0);
  expect(coloured.length).toBeGreaterThan(1000);

  const same = { bytes: result, original: { bytes: result, recipe: parseRecipe({}) } };
  expect(await client.call('preview', { page, token: 3, name: 'a', ...same })).toMatchObject({
    outcome: 'sent',
    note: 'Every pixel is the same.',
  });
  const empty = await sharp((await sent(3)).bytes)
    .raw()
    .toBuffer();
  expect(empty.every((value) => value === 0)).toBe(true);
});

it('says of what moves that there is no map, and has none for a page it does not know', async () => {
  const { client } = await start();
  const bytes = await moving('gif');
  const original = { bytes, recipe: parseRecipe({}) };
  await expect(
    client.call('preview', { page, token: 1, name: 'a.gif', bytes, original }),
  ).rejects.toMatchObject({ message: expect.stringContaining('a.gif moves') });
  expect(await client.call('preview', { page: 8, token: 2, name: 'a.gif', bytes, original })).toMatchObject({
    outcome: 'unavailable',
  });
});
