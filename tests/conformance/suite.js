/** A test runner small enough to run inside any Electron: one line for each test, and whether all passed. */

/** @type {{ name: string, run: () => unknown }[]} */
const tests = [];

/** @param {string} name @param {() => unknown} run */
export function test(name, run) {
  tests.push({ name, run });
}

/** Runs all tests in order. @returns {Promise<number>} how many failed */
export async function runAll() {
  let failed = 0;
  for (const { name, run } of tests) {
    try {
      await within(run(), 20_000);
      console.log(`  ok      ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`  FAILED  ${name}\n${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  console.log(`${tests.length - failed} passed, ${failed} failed`);
  return failed;
}

/** @template T @param {T | Promise<T>} promise @param {number} ms @returns {Promise<T>} */
async function within(promise, ms) {
  let timer;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The next event, as its arguments. */
export function next(emitter, event) {
  return new Promise((resolve) => {
    emitter.once(event, (...args) => resolve(args));
  });
}

/** The next `count` messages of a port. */
export function messages(port, count) {
  return new Promise((resolve) => {
    const heard = [];
    port.on('message', function listen(event) {
      heard.push(event.data);
      if (heard.length < count) return;
      port.off('message', listen);
      resolve(heard);
    });
    port.start();
  });
}

/** Long enough for whatever was sent before to have arrived: a message there and back. */
export async function settle(MessageChannelMain) {
  const { port1, port2 } = new MessageChannelMain();
  const heard = messages(port2, 1);
  port1.postMessage('there');
  await heard;
  port1.close();
}
