import assert from 'node:assert/strict';
import { MessageChannelMain } from 'electron';
import { messages, next, settle, test } from './suite.js';

// https://www.electronjs.org/docs/latest/api/message-port-main

test('a port delivers nothing before start, and then all, in order', async () => {
  const { port1, port2 } = new MessageChannelMain();
  const heard = [];
  port2.on('message', ({ data }) => heard.push(data));
  port1.postMessage(1);
  port1.postMessage(2);
  await settle(MessageChannelMain);
  assert.deepEqual(heard, []);
  port2.start();
  port1.postMessage(3);
  await next(port2, 'message');
  await settle(MessageChannelMain);
  assert.deepEqual(heard, [1, 2, 3]);
  port1.close();
});

test('a message is an event with data and ports', async () => {
  const { port1, port2 } = new MessageChannelMain();
  const other = new MessageChannelMain();
  port2.start();
  const heard = next(port2, 'message');
  port1.postMessage({ a: 1 }, [other.port2]);
  const [event] = await heard;
  assert.deepEqual(event.data, { a: 1 });
  assert.equal(event.ports.length, 1);
  const answered = messages(event.ports[0], 1);
  other.port1.postMessage('through the port that came');
  assert.deepEqual(await answered, ['through the port that came']);
  port1.close();
});

test('messages are copies, made at once', async () => {
  const { port1, port2 } = new MessageChannelMain();
  const heard = messages(port2, 1);
  const value = {
    map: new Map([[1, new Set([2])]]),
    bytes: new Uint8Array([1, 2, 3]),
    date: new Date(5),
    none: undefined,
    big: 10n,
    floats: new Float32Array([0.5]),
  };
  port1.postMessage(value);
  value.bytes[0] = 9;
  const [copy] = await heard;
  assert.deepEqual(copy, { ...value, bytes: new Uint8Array([1, 2, 3]) });
  port1.close();
});

test('what cannot be cloned throws where it is posted', () => {
  const { port1 } = new MessageChannelMain();
  assert.throws(() => port1.postMessage(() => 1), /could not be cloned/);
  port1.close();
});

test('only ports may be in a transfer list', () => {
  const { port1 } = new MessageChannelMain();
  assert.throws(() => port1.postMessage('x', [new ArrayBuffer(1)]), TypeError);
  assert.throws(() => port1.postMessage('x', [port1]), /source port/);
  port1.close();
});

test('the other end hears of a close, after what was said before', async () => {
  const { port1, port2 } = new MessageChannelMain();
  const heard = [];
  port2.on('message', ({ data }) => heard.push(data));
  const closed = next(port2, 'close');
  port2.start();
  port1.postMessage('last words');
  port1.close();
  await closed;
  assert.deepEqual(heard, ['last words']);
});

test('posting to a closed port does nothing', () => {
  const { port1, port2 } = new MessageChannelMain();
  port1.close();
  port1.postMessage('x');
  port2.close();
});
