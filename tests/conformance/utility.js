import assert from 'node:assert/strict';
import { join } from 'node:path';
import { app, MessageChannelMain, utilityProcess } from 'electron';
import { messages, next, test } from './suite.js';

// https://www.electronjs.org/docs/latest/api/utility-process

const entry = join(import.meta.dirname, 'worker.js');

/** Works with a utility process and ends it. */
async function withWorker(options, work) {
  const child = utilityProcess.fork(entry, options.args ?? [], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options.fork,
  });
  const exited = next(child, 'exit');
  try {
    return await work(child, exited);
  } finally {
    if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL');
    await exited;
  }
}

test('fork has a pid once it has spawned, and none after its end', () =>
  withWorker({}, async (child, exited) => {
    await next(child, 'spawn');
    assert.equal(typeof child.pid, 'number');
    child.kill();
    await exited;
    assert.equal(child.pid, undefined);
  }));

test('messages wait for the first listener; they reach main bare', () =>
  withWorker({}, async (child) => {
    child.postMessage({ do: 'echo', value: { bytes: new Uint8Array([1, 2]), none: undefined } });
    const [message] = await next(child, 'message');
    assert.deepEqual(message, { bytes: new Uint8Array([1, 2]), none: undefined });
    assert.ok(message.bytes instanceof Uint8Array);
  }));

test('arguments, environment and heap are those that were given', () =>
  withWorker(
    {
      args: ['one', 'two'],
      fork: { env: { CONFORMANCE: 'yes' }, execArgv: ['--js-flags=--max-old-space-size=300'] },
    },
    async (child) => {
      child.postMessage({ do: 'describe' });
      const [said] = await next(child, 'message');
      assert.equal(said.type, 'utility');
      assert.deepEqual(said.argv, ['one', 'two']);
      assert.equal(said.env, 'yes');
      assert.equal(said.path, 'undefined');
      assert.equal(said.send, 'undefined');
      assert.equal(said.electron, 'string');
      assert.ok(said.heapMegabytes >= 300 && said.heapMegabytes < 600, `${said.heapMegabytes} MB`);
    },
  ));

test('a port can be handed over, and its end is told', () =>
  withWorker({}, async (child) => {
    const { port1, port2 } = new MessageChannelMain();
    child.postMessage({ do: 'serve' }, [port2]);
    const heard = messages(port1, 1);
    port1.postMessage('hello');
    assert.deepEqual(await heard, [{ echo: 'hello', keys: true }]);
    const told = next(child, 'message');
    port1.close();
    assert.deepEqual(await told, ['port closed']);
  }));

test('the ports of a process that ends are closed', () =>
  withWorker({}, async (child) => {
    const { port1, port2 } = new MessageChannelMain();
    child.postMessage({ do: 'serve' }, [port2]);
    const heard = messages(port1, 1);
    port1.postMessage('hello');
    await heard;
    const closed = next(port1, 'close');
    process.kill(child.pid, 'SIGKILL');
    await closed;
  }));

test('10 MB go there and back', () =>
  withWorker({}, async (child) => {
    const value = new Uint8Array(10_000_000).fill(7);
    child.postMessage({ do: 'echo', value });
    const [back] = await next(child, 'message');
    assert.equal(Buffer.compare(back, value), 0);
  }));

test('only ports may be in the transfer list', () =>
  withWorker({}, (child) => {
    assert.throws(() => child.postMessage('x', [new ArrayBuffer(1)]));
  }));

test('both outputs are streams', () =>
  withWorker({}, async (child) => {
    child.postMessage({ do: 'print' });
    const [[out], [err]] = await Promise.all([next(child.stdout, 'data'), next(child.stderr, 'data')]);
    assert.match(String(out), /a line on the standard output/);
    assert.match(String(err), /a line on the standard error/);
  }));

test('exit tells the code', () =>
  withWorker({}, async (child, exited) => {
    child.postMessage({ do: 'exit', code: 3 });
    assert.deepEqual(await exited, [3]);
  }));

test('after kill() the code is 0 on POSIX', () =>
  withWorker({}, async (child, exited) => {
    await next(child, 'spawn');
    assert.equal(child.kill(), true);
    const [code] = await exited;
    if (process.platform !== 'win32') assert.equal(code, 0);
    assert.equal(child.kill(), false);
  }));

test('the service name is in the metrics, and in the news of a death from outside', () =>
  withWorker({ fork: { serviceName: 'conformance-worker-1' } }, async (child) => {
    await next(child, 'spawn');
    const own = app.getAppMetrics().find(({ pid }) => pid === child.pid);
    assert.equal(own?.type, 'Utility');
    assert.ok([own?.name, own?.serviceName].includes('conformance-worker-1'));
    const gone = next(app, 'child-process-gone');
    process.kill(child.pid, 'SIGKILL');
    const [, details] = await gone;
    assert.equal(details.type, 'Utility');
    assert.ok([details.name, details.serviceName].includes('conformance-worker-1'));
    assert.ok(['killed', 'crashed'].includes(details.reason), details.reason);
  }));

test('a process in an endless loop can be ended', () =>
  withWorker({}, async (child, exited) => {
    child.postMessage({ do: 'echo', value: 'ready' });
    await next(child, 'message');
    child.postMessage({ do: 'hang' });
    process.kill(child.pid, 'SIGKILL');
    await exited;
  }));
