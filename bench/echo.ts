// Sends every message back.
import { findPort } from '../utility/worker-port.ts';

const port = findPort()?.port;
port?.onMessage((message) => {
  port.post(message);
});
port?.start();
