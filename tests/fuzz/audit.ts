import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Job } from '../../contract/batch.ts';
import { resolveOutputFormat } from '../../contract/formats.ts';
import { sniffFormat } from '../../contract/sniff.ts';
import type { Answer, Question } from './judge.ts';

/** Opens outputs in a process of its own. */
export interface Court {
  look(path: string): Promise<Answer>;
  close(): Promise<void>;
}

export async function openCourt(): Promise<Court> {
  const child = fork(join(import.meta.dirname, 'judge.ts'), [], { serialization: 'advanced' });
  const open = new Map<number, (answer: Answer) => void>();
  const ended = once(child, 'exit');
  await once(child, 'message');
  child.on('message', (answer: Answer) => {
    open.get(answer.id)?.(answer);
    open.delete(answer.id);
  });
  child.on('exit', () => {
    for (const [id, settle] of open) settle({ id, wrong: 'opening it ended the process that tried' });
  });
  let id = 0;
  return {
    look(path) {
      id += 1;
      return new Promise((resolve) => {
        open.set(id, resolve);
        const question: Question = { id, path };
        child.send(question);
      });
    },
    async close() {
      child.disconnect();
      await ended;
    },
  };
}

/** What is wrong with the output of a finished job; undefined when it is whole and what the report says. */
export async function auditOutput(job: Job, source: Uint8Array, court: Court): Promise<string | undefined> {
  const { output, report } = job;
  if (output === undefined || report === undefined) return 'it is done without an output';
  const bytes = await readFile(output.path);
  if (bytes.byteLength !== output.bytes) return `it has ${String(bytes.byteLength)} bytes`;
  if (report.outcome === 'kept-original')
    return bytes.equals(source) ? undefined : 'it is not the original that should have been kept';
  const format = sniffFormat(bytes);
  if (format === undefined || resolveOutputFormat('keep', format) !== output.format)
    return `it is ${String(format)} and not ${output.format}`;
  const { width, height, wrong } = await court.look(output.path);
  if (wrong !== undefined) return wrong;
  const { output: told } = report;
  return width === told.width && height === told.height
    ? undefined
    : `it is ${String(width)}x${String(height)} and not ${String(told.width)}x${String(told.height)}`;
}
