import { describe, expect, it } from 'vitest';
import { registerFilesChannel } from '../../contract/channels.ts';
import { appOrigin } from './app-protocol.ts';
import { registerDroppedFiles } from './dropped-files.ts';
import { createHandleTable } from './handles.ts';

type Handler = (event: { senderFrame: object | null }, paths: unknown) => string[];

/** Main as a preload calls it. */
function main() {
  const warnings: string[] = [];
  const handles = createHandleTable();
  const served = new Map<string, Handler>();
  registerDroppedFiles(
    { handle: (channel: string, handler: Handler) => served.set(channel, handler) } as unknown as Parameters<
      typeof registerDroppedFiles
    >[0],
    handles,
    { origin: appOrigin, log: { warn: (message) => warnings.push(message) } },
  );
  return {
    handles,
    warnings,
    call: (senderFrame: object | null, paths: unknown) =>
      served.get(registerFilesChannel)?.({ senderFrame }, paths),
  };
}

const ownFrame = { url: `${appOrigin}/`, parent: null };

describe('registerDroppedFiles', () => {
  it('gives our page handles that only main can read', () => {
    const { call, handles } = main();
    const given = call(ownFrame, ['/a.jpg', '/b.jpg']);
    expect(given).toHaveLength(2);
    expect(given?.join()).not.toContain('jpg');
    expect(given?.map(handles.resolve)).toEqual(['/a.jpg', '/b.jpg']);
  });

  it.each([
    ['a frame inside the page', { url: `${appOrigin}/`, parent: {} }],
    ['a page from elsewhere', { url: 'https://example.org/', parent: null }],
    ['a frame that is gone', null],
  ])('sends %s away', (_name, frame) => {
    const { call, warnings } = main();
    expect(call(frame, ['/etc/passwd'])).toEqual([]);
    expect(warnings).toHaveLength(1);
  });

  it.each([[undefined], ['/a.jpg'], [[1]], [['']], [[['/a.jpg']]], [['x'.repeat(40_000)]]])(
    'refuses what is no list of paths (%#)',
    (paths) => {
      expect(() => main().call(ownFrame, paths)).toThrow();
    },
  );
});
