import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

const program = join(import.meta.dirname, '../../fixtures/parent-of-deaf.ts');

it.each(['exit', 'SIGTERM', 'SIGKILL'] as const)(
  'a worker that hangs and ignores everything does not outlive its parent (%s)',
  async (end) => {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('A server on loopback has a port.');
    const connection = once(server, 'connection') as Promise<[Socket]>;
    const parent = spawn(process.execPath, [program, String(address.port)], {
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    const parentEnded = once(parent, 'exit');

    const [worker] = await connection;
    const workerEnded = new Promise((resolve) => worker.on('close', resolve));
    worker.on('error', () => undefined).resume();
    if (end === 'exit') parent.stdin.end();
    else parent.kill(end);

    expect(await parentEnded).toEqual(end === 'exit' ? [0, null] : [null, end]);
    await workerEnded;
  },
);
