import { Worker } from 'node:worker_threads';
import type { JxlKind, JxlReply, JxlRequest, JxlWork } from './messages.ts';

// WebAssembly memory only grows: large blocks that libjxl frees are not used again, so that after a few photographs
// its 2 GB are full (kleisauke/wasm-vips#97). Ending the thread gives them back.
const pixelsPerThread = 8e6;

/** JPEG XL could not do what was asked: the file is damaged, or memory was not enough. */
export class JxlError extends Error {
  override readonly name = 'JxlError';
}

interface Thread {
  readonly worker: Worker;
  /** Pixels that have been through it. */
  pixels: number;
}

let current: Thread | undefined;

/**
 * Has one thing done by the JPEG XL thread, which is started when there is none.
 *
 * @param pixels how large the work is; a thread that has done much is ended behind it
 * @throws JxlError
 */
export async function runJxl<K extends JxlKind>(
  kind: K,
  request: JxlWork[K]['request'],
  pixels: number,
): Promise<JxlWork[K]['reply']> {
  current ??= { worker: new Worker(threadFile()), pixels: 0 };
  const thread = current;
  thread.pixels += pixels;
  const reply = await ask(thread.worker, { ...request, kind } as JxlRequest);
  if (!reply.ok || thread.pixels > pixelsPerThread) {
    current = undefined;
    await thread.worker.terminate();
  }
  if (!reply.ok) throw new JxlError(reply.failed);
  return reply.value;
}

/** One question at a time: a worker has one job. */
async function ask(worker: Worker, request: JxlRequest): Promise<JxlReply> {
  const { promise, resolve } = Promise.withResolvers<JxlReply>();
  const fail = (reason: unknown): void => {
    resolve({ ok: false, failed: String(reason) });
  };
  worker.once('message', resolve).once('error', fail).once('messageerror', fail).once('exit', fail);
  worker.ref();
  worker.postMessage(request);
  try {
    return await promise;
  } finally {
    worker.off('message', resolve).off('error', fail).off('messageerror', fail).off('exit', fail);
    // A thread that waits for its next picture must not keep the process.
    worker.unref();
  }
}

/** Beside this file where the sources run as they are, beside the bundle's entry once they are built. */
function threadFile(): URL {
  return import.meta.url.endsWith('.ts')
    ? new URL('./thread.ts', import.meta.url)
    : new URL('./jxl-thread.js', import.meta.url);
}
