/**
 * A thread that ends the process when its parent goes, whatever the process is doing then: a loop that never yields
 * would not notice that its channel has closed, nor that of a parent that was killed itself. The parent holds the other
 * end of the standard input and never writes; the system closes it with the parent. The thread sleeps until then; it
 * takes about 3 ms of start and 3 MB.
 */
const thread = `
const { Socket } = require('node:net');
const parent = new Socket({ fd: 0, readable: true });
parent.on('error', () => {});
parent.on('close', () => process.kill(process.pid, 'SIGKILL'));
parent.resume();
`;

/**
 * A terminal sends Ctrl-C to the whole process group. Workers leave it to their parent, which lets them finish or ends
 * them; otherwise a clean stop would look like a crash of every worker.
 */
const guard = `
if (process.getBuiltinModule('node:worker_threads').isMainThread) {
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  const resourceLimits = { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 };
  new Worker(${JSON.stringify(thread)}, { eval: true, execArgv: [], env: {}, resourceLimits }).unref();
  process.on('SIGINT', () => {});
}
`;

/** For `--import`: runs before the worker's own program, from wherever Millrace is installed. */
export const orphanGuard = `data:text/javascript,${encodeURIComponent(guard)}`;
