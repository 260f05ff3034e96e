import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** One run of a program and of everything it started. */
export interface Measured {
  /** Milliseconds from start to exit. */
  readonly wall: number;
  /** CPU milliseconds, user and system, of the whole process tree. */
  readonly cpu: number;
  /** Largest sum of resident memory of the tree that was seen, bytes. */
  readonly peakRss: number;
  readonly stdout: string;
}

/** Seldom enough that looking costs nothing: a busier sampler was seen to slow down what it measured. */
const sampleMs = 500;
const pageBytes = 4096;

/**
 * Runs a command and measures it. CPU time comes from bash's own `times`, which counts the children that were waited
 * for; memory from /proc, sampled twice a second.
 *
 * @throws Error when it exits with anything but 0
 */
export async function measure(command: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Measured> {
  const start = performance.now();
  // `times` prints the shell's own and its children's user and system time on two lines.
  const child = spawn('bash', ['-c', '"$@"; code=$?; times >&3; exit $code', 'bash', ...command], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const streams = [child.stdout, child.stderr, child.stdio[3]].map((stream) =>
    collect(stream as NodeJS.ReadableStream),
  );
  let peakRss = 0;
  const sampler = setInterval(() => {
    void treeRss(child.pid ?? 0).then((rss) => {
      peakRss = Math.max(peakRss, rss);
    });
  }, sampleMs);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  clearInterval(sampler);
  const wall = performance.now() - start;
  const [stdout, stderr, times] = await Promise.all(streams);
  if (code !== 0)
    throw new Error(
      `${command.join(' ').slice(0, 200)} exited with ${String(code)}: ${stderr?.slice(-800) ?? ''}`,
    );
  return { wall, cpu: parseTimes(times ?? ''), peakRss, stdout: stdout ?? '' };
}

async function collect(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

/** `0m1.234s 0m0.100s`, summed over all lines, milliseconds. */
function parseTimes(text: string): number {
  let total = 0;
  for (const [, minutes, seconds] of text.matchAll(/(\d+)m([\d.]+)s/g)) {
    total += Number(minutes) * 60_000 + Number(seconds) * 1000;
  }
  return total;
}

/** Resident memory of a process and all below it, bytes. Processes that end meanwhile count nothing. */
async function treeRss(pid: number): Promise<number> {
  try {
    const [statm, children] = await Promise.all([
      readFile(`/proc/${String(pid)}/statm`, 'utf8'),
      readFile(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8'),
    ]);
    const own = Number(statm.split(' ')[1]) * pageBytes;
    const below = await Promise.all(
      children
        .split(' ')
        .filter(Boolean)
        .map((child) => treeRss(Number(child))),
    );
    return below.reduce((sum, rss) => sum + rss, own);
  } catch {
    // It has ended between the listing and the reading.
    return 0;
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((p / 100) * sorted.length) - 1)] ?? Number.NaN;
}
