// Sends every message back.
import { fromIpcProcess } from '../contract/ports/node-port.ts';

const port = fromIpcProcess(process);
port.onMessage((message) => {
  port.post(message);
});
port.start();
