import { spawnSync } from 'node:child_process';

// A worker never outlives its parent, however that ends and whatever the worker is doing then: a loop that never yields
// would not notice that its channel has closed. Linux kills it when it is asked to, by `setpriv` of util-linux, which then
// becomes the worker. Elsewhere a thread of the worker does; that costs a tenth of a second of CPU at every start, most of
// it Node's own setting up of a thread. `taskset`, of util-linux too, keeps a worker on a core in the same way.

/** How a worker is started. */
export interface Launch {
  readonly file: string;
  readonly args: readonly string[];
  /** Whether it stays on the core that was asked for. */
  readonly pinned: boolean;
}

/**
 * A Node process that ends with this one.
 *
 * @param args its arguments
 * @param core it is to stay on, with all its threads; any when undefined
 * @param starts whether Linux starts a program that is called through these
 */
export function launch(args: readonly string[], core?: number, starts = systemStarts): Launch {
  const node = [process.execPath, '--import', imported(patience), ...args];
  const guardAndPin = [...guard, 'taskset', '-c', String(core)];
  if (core !== undefined && starts(guardAndPin)) return through(guardAndPin, node, true);
  if (starts(guard)) return through(guard, node, false);
  const [file = '', ...rest] = node;
  return { file, args: ['--import', imported(watch), ...rest], pinned: false };
}

const guard = ['setpriv', '--pdeathsig', 'KILL'];

function through(
  [file = '', ...options]: readonly string[],
  node: readonly string[],
  pinned: boolean,
): Launch {
  return { file, args: [...options, ...node], pinned };
}

/** By how many words there are: that one core can be had says enough of all. */
const answers = new Map<number, boolean>();

/** Asked once: early versions and other makes of these programs cannot, and a sandbox may forbid it. */
function systemStarts(words: readonly string[]): boolean {
  const known = answers.get(words.length);
  if (known !== undefined) return known;
  const [file = '', ...options] = words;
  const answer =
    process.platform === 'linux' && spawnSync(file, [...options, 'true'], { stdio: 'ignore' }).status === 0;
  answers.set(words.length, answer);
  return answer;
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
