/** Which of its files a worker has its channel as. */
const descriptor = 3;

/**
 * The worker's end of its channel, put where Electron puts its `parentPort`: the worker finds it, and its own code need
 * open nothing. Threads of the worker run this too and have no channel.
 */
const program = `
if (process.getBuiltinModule('node:worker_threads').isMainThread) {
  const { Socket } = process.getBuiltinModule('node:net');
  process.parentSocket = new Socket({ fd: ${String(descriptor)} });
}
`;

/** For `--import`: runs before the worker's own program, from wherever Millrace is installed. */
export const parentSocket = `data:text/javascript,${encodeURIComponent(program)}`;
