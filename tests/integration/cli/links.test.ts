import { readdir } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { picture } from '../../fixtures/pictures.ts';
import { events, startCli } from '../../fixtures/run-cli.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

describe('links on the command line', () => {
  it('are downloaded and converted, a missing one is told', async () => {
    const folder = await temporaryFolder();
    const bytes = await picture();
    const address = await serve((request, response) => {
      if (request.url === '/beach.jpg?size=large') response.end(bytes);
      else response.writeHead(404).end();
    });
    const result = await startCli([
      `${address}/beach.jpg?size=large`,
      `${address}/gone.jpg`,
      '--allow-private-links',
      '--to',
      'webp',
      '--out',
      join(folder, 'out'),
      '--json',
    ]).ended;
    expect(result.code).toBe(1);
    expect(await readdir(join(folder, 'out'))).toEqual(['beach.webp']);
    expect(events(result).find((event) => event.event === 'job.failed')).toMatchObject({
      source: `${address}/gone.jpg`,
      error: { code: 'link-not-found' },
    });
  });

  it('to this machine and its network are refused unless allowed', async () => {
    const folder = await temporaryFolder();
    let asked = 0;
    const address = await serve((_request, response) => {
      asked += 1;
      response.end();
    });
    const result = await startCli([`${address}/a.jpg`, '--out', join(folder, 'out'), '--json']).ended;
    expect(result.code).toBe(1);
    expect(asked).toBe(0);
    expect(events(result).find((event) => event.event === 'job.failed')).toMatchObject({
      error: { code: 'link-refused' },
    });
  });

  it('land in the working folder when no other is named', async () => {
    const folder = await temporaryFolder();
    const bytes = await picture();
    const address = await serve((_request, response) => response.end(bytes));
    const result = await startCli([`${address}/a.jpg`, '--to', 'webp', '--allow-private-links'], {
      cwd: folder,
    }).ended;
    expect(result).toMatchObject({ code: 0 });
    expect(await readdir(folder)).toEqual(['a-small.webp']);
  });
});
