import { spawnSync } from 'node:child_process';

// A worker never outlives its parent, however that ends and whatever the worker is doing then: a loop that never yields
// would not notice that its channel has closed. Linux kills it when it is asked to, by `setpriv` of util-linux, which then
// becomes the worker. Elsewhere a thread of the worker does; that costs a tenth of a second of CPU at every start, most of
// it Node's own setting up of a thread.

/** How a worker is started. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/**
 * A Node process that ends with this one.
 *
 * @param args its arguments
 * @param bySystem whether `setpriv` is there to ask Linux for it
 */
export function guarded(args: readonly string[], bySystem = systemGuards()): Command {
  const node = process.execPath;
  return bySystem
    ? { file: 'setpriv', args: [...request, node, '--import', imported(patience), ...args] }
    : { file: node, args: ['--import', imported(watch), '--import', imported(patience), ...args] };
}

const request = ['--pdeathsig', 'KILL'];

let answer: boolean | undefined;

/** Asked once: early versions and other makes of `setpriv` cannot, and a sandbox may forbid it. */
function systemGuards(): boolean {
  return (answer ??=
    process.platform === 'linux' &&
    spawnSync('setpriv', [...request, 'true'], { stdio: 'ignore' }).status === 0);
}

/**
 * The parent holds the other end of the standard input and never writes; the system closes it with the parent. The thread
 * sleeps until then.
 */
const thread = `
const { Socket } = require('node:net');
const parent = new Socket({ fd: 0, readable: true });
parent.on('error', () => {});
parent.on('close', () => process.kill(process.pid, 'SIGKILL'));
parent.resume();
`;

const watch = `
if (process.getBuiltinModule('node:worker_threads').isMainThread) {
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  const resourceLimits = { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 };
  new Worker(${JSON.stringify(thread)}, { eval: true, execArgv: [], env: {}, resourceLimits }).unref();
}
`;

/**
 * A terminal sends Ctrl-C to the whole process group. Workers leave it to their parent, which lets them finish or ends
 * them; otherwise a clean stop would look like a crash of every worker.
 */
const patience = `process.on('SIGINT', () => {});`;

/** For `--import`: runs before the worker's own program, from wherever Millrace is installed. */
function imported(program: string): string {
  return `data:text/javascript,${encodeURIComponent(program)}`;
}
