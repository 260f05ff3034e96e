import { giveBack } from '../contract/give-back.ts';
import { createServer } from '../contract/rpc/server.ts';
import { workerProtocol, type PreviewResult } from '../contract/worker-protocol.ts';
import { chooseBuild, loadCodecs } from './codecs.ts';
import { letPicturesPass } from './heap-growth.ts';
import { convert } from './image/convert.ts';
import { makeDifference, type Difference } from './image/difference.ts';
import { makePreview } from './image/preview.ts';
import { asMemoryError } from './memory-error.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { createPreviewPages } from './preview-pages.ts';
import { sealed } from './sealed.ts';
import { findPort } from './worker-port.ts';

const parent = findPort();
if (parent === undefined) {
  process.stderr.write(
    'This is a worker of Millrace. It is started by the app or by the command line: npx millrace --help\n',
  );
  process.exit(2);
}

const codecs = await loadCodecs(chooseBuild());
const pages = createPreviewPages();
const turn = oneAtATime();
parent.onHandOver(pages.connect);
const server = createServer(parent.port, workerProtocol, {
  hello: { pid: process.pid, codecs: codecs.build, versions: codecs.versions },
  // One job is worked on; the next one's bytes arrive meanwhile.
  credit: 2,
  handlers: {
    convert: (params, { progress, signal }) =>
      turn(async () => {
        signal.throwIfAborted();
        try {
          const converted = await convert(params, codecs, (stage) => {
            progress({ stage });
          });
          const result = sealed(params, converted);
          // Not after an error: a codec may still be at work on them.
          if (converted.bytes?.buffer !== params.bytes.buffer) giveBack(params.bytes);
          return result;
        } catch (error) {
          throw asMemoryError(error, params.name);
        }
      }),
    preview: ({ page, token, original, ...params }, { signal }) =>
      turn(async (): Promise<PreviewResult> => {
        signal.throwIfAborted();
        if (!pages.has(page)) return { outcome: 'unavailable', rss: process.memoryUsage.rss() };
        const { note, ...picture }: Difference =
          original === undefined
            ? await makePreview(params, codecs)
            : await makeDifference({ ...params, original }, codecs);
        pages.send(page, { token, ...picture });
        return {
          outcome: 'sent',
          ...(note === undefined ? {} : { note }),
          rss: process.memoryUsage.rss(),
        };
      }),
  },
});

letPicturesPass();
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  });
}

// Whoever started us has gone or has had enough. A write that is under way (`bye`) is finished by the system.
await server.closed;
process.exit(0);
