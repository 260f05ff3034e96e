import { createServer } from '../contract/rpc.ts';
import { workerProtocol } from '../contract/worker-protocol.ts';
import { chooseBuild, loadCodecs } from './codecs.ts';
import { convert } from './image/convert.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { findPort } from './worker-port.ts';

const port = findPort();
if (port === undefined) {
  process.stderr.write(
    'This is a worker of Millrace. It is started by the app or by the command line: npx millrace --help\n',
  );
  process.exit(2);
}

const codecs = await loadCodecs(chooseBuild());
const server = createServer(port, workerProtocol, {
  hello: { pid: process.pid, codecs: codecs.build, versions: codecs.versions },
  // One job is worked on; the next one's bytes arrive meanwhile.
  credit: 2,
  handlers: {
    convert: oneAtATime(async (params, { progress, signal }) => {
      signal.throwIfAborted();
      return convert(params, codecs, (stage) => {
        progress({ stage });
      });
    }),
  },
});

for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  });
}

// Whoever started us has gone or has had enough. A write that is under way (`bye`) is finished by the system.
await server.closed;
process.exit(0);
