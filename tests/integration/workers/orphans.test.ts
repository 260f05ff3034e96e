import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

const program = join(import.meta.dirname, '../../fixtures/parent-of-deaf.ts');

/** Where `setpriv` cannot be found a thread of the worker watches, as on systems that have none. */
const paths = { 'as it is here': process.env['PATH'], 'where the system cannot be asked': '' };

describe.each(Object.entries(paths))('a worker that hangs and ignores everything, %s', (_, PATH) => {
  it.each(['exit', 'SIGTERM', 'SIGKILL'] as const)('does not outlive its parent (%s)', async (end) => {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('A server on loopback has a port.');
    const connection = once(server, 'connection') as Promise<[Socket]>;
    const parent = spawn(process.execPath, [program, String(address.port)], {
      stdio: ['pipe', 'inherit', 'inherit'],
      env: { ...process.env, PATH },
    });
    const parentEnded = once(parent, 'exit');

    const [worker] = await connection;
    const workerEnded = new Promise((resolve) => worker.on('close', resolve));
    worker.on('error', () => undefined).resume();
    if (end === 'exit') parent.stdin.end();
    else parent.kill(end);

    expect(await parentEnded).toEqual(end === 'exit' ? [0, null] : [null, end]);
    await workerEnded;
  });
});
