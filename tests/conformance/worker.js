// Runs as a utility process and does as it is told.
const { parentPort } = process;

function answer(data, ports) {
  switch (data.do) {
    case 'echo':
      parentPort.postMessage(data.value);
      return;
    case 'describe':
      parentPort.postMessage({
        type: process.type,
        argv: process.argv.slice(2),
        env: process.env.CONFORMANCE,
        path: typeof process.env.PATH,
        send: typeof process.send,
        electron: typeof process.versions.electron,
        heapMegabytes: Math.round(
          process.getBuiltinModule('node:v8').getHeapStatistics().heap_size_limit / 2 ** 20,
        ),
      });
      return;
    case 'serve': {
      const [port] = ports;
      port.on('message', (event) => {
        port.postMessage({ echo: event.data, keys: ['data', 'ports'].every((key) => key in event) });
      });
      port.on('close', () => parentPort.postMessage('port closed'));
      port.start();
      return;
    }
    case 'print':
      console.log('a line on the standard output');
      console.error('a line on the standard error');
      return;
    case 'exit':
      process.exit(data.code);
      return;
    case 'hang':
      for (;;);
  }
}

// What was posted before waits for the first listener, even if that comes late.
setTimeout(() => {
  parentPort.on('message', ({ data, ports }) => answer(data, ports));
}, 50);
