import { spawn } from 'node:child_process';
import { closeSync, mkdtempDisposableSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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
  using folder = mkdtempDisposableSync(join(tmpdir(), 'millrace-bench-'));
  // Into a file: whoever reads along is woken for every line, on the cores that are measured.
  const output = join(folder.path, 'stdout');
  const written = openSync(output, 'w');
  const start = performance.now();
  // `times` prints the shell's own and its children's user and system time on two lines.
  const child = spawn('bash', ['-c', '"$@"; code=$?; times >&3; exit $code', 'bash', ...command], {
    stdio: ['ignore', written, 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  closeSync(written);
  const streams = [child.stderr, child.stdio[3]].map((stream) => collect(stream as NodeJS.ReadableStream));
  let peakRss = 0;
  const sampler = setInterval(() => {
    peakRss = Math.max(peakRss, treeRss(child.pid ?? 0));
  }, sampleMs);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  clearInterval(sampler);
  const wall = performance.now() - start;
  const [stderr, times] = await Promise.all(streams);
  const stdout = readFileSync(output, 'utf8');
  if (code !== 0)
    throw new Error(
      `${command.join(' ').slice(0, 200)} exited with ${String(code)}: ${stderr?.slice(-800) ?? ''}`,
    );
  return { wall, cpu: parseTimes(times ?? ''), peakRss, stdout };
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

/**
 * Resident memory of a process and all below it, bytes. Processes that end meanwhile count nothing. Read at once: by way of
 * other threads it took a thousandth of the cores that are measured.
 */
function treeRss(pid: number): number {
  try {
    const statm = readFileSync(`/proc/${String(pid)}/statm`, 'utf8');
    const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8');
    const own = Number(statm.split(' ')[1]) * pageBytes;
    return children
      .split(' ')
      .filter(Boolean)
      .reduce((sum, child) => sum + treeRss(Number(child)), own);
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
