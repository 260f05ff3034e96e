import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { parseRecipe } from '../../../contract/recipe.ts';
import { fromSocket } from '../../../contract/ports/socket-port.ts';
import { createClient } from '../../../contract/rpc/client.ts';
import { workerProtocol } from '../../../contract/worker-protocol.ts';
import { parentSocket } from '../../../main/workers/parent-socket.ts';
import { heapFlags } from '../../../main/workers/worker-heap.ts';
import { workerEnvironment } from '../../../main/workers/worker-environment.ts';
import { picture } from '../../fixtures/pictures.ts';

const entry = fileURLToPath(new URL('../../../utility/image-worker.ts', import.meta.url));

it('a worker does not look through its heap for every large picture that comes and goes', async () => {
  const pictures = 8;
  const args = ['--trace-gc', ...heapFlags(512), '--import', parentSocket, entry];
  const worker = spawn(process.execPath, args, {
    env: workerEnvironment(process.env),
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  onTestFinished(() => {
    worker.kill('SIGKILL');
  });
  const said = text(worker.stdout ?? expect.fail('no output'));
  const channel = worker.stdio[3];
  if (!(channel instanceof Socket)) throw new Error('no channel');
  const port = fromSocket(channel);
  const client = createClient(port, workerProtocol);
  const bytes = await picture({ width: 4000, height: 3000 });
  const recipe = parseRecipe({ to: 'jpeg', quality: 80, effort: 'fast', colour: 'srgb' });
  for (let index = 0; index < pictures; index += 1) {
    const { report } = await client.call('convert', { name: 'a.jpg', bytes, recipe });
    expect(report.outcome).toBe('converted');
  }
  port.close();
  await once(worker, 'close');
  const collections = (await said).split('\n').filter((line) => line.includes('Mark-Compact'));
  expect(collections.length, collections.join('\n')).toBeLessThan(pictures / 2);
});
