import type { PortLike } from '../contract/port.ts';
import {
  fromParentPort,
  type ElectronMessagePort,
  type ElectronParentPort,
} from '../contract/ports/electron-port.ts';
import { fromSocket, type Socket } from '../contract/ports/socket-port.ts';

/** What connects this process with the one that started it. */
export interface WorkerPort {
  readonly port: PortLike;
  /** Calls back with each port that is handed over and the message beside it. Never where processes cannot do that. */
  onHandOver(listener: (message: unknown, port: ElectronMessagePort) => void): void;
}

/** What Electron tells of a message: ports that came with it are no part of its data. */
interface ParentMessage {
  readonly data: unknown;
  readonly ports: readonly ElectronMessagePort[];
}

interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: ParentMessage) => void): unknown;
}

/** The port towards whoever started this process: Electron's main, or a Node parent; undefined when there is none. */
export function findPort(): WorkerPort | undefined {
  // Electron adds the one in utility processes alone, `child-host` the other in its workers.
  const { parentPort, parentSocket } = process as { parentPort?: ParentPort; parentSocket?: Socket };
  if (parentPort !== undefined) return splitPort(parentPort);
  if (parentSocket === undefined) return undefined;
  return { port: fromSocket(parentSocket), onHandOver: () => undefined };
}

/** Messages with a port go one way, all others are the conversation with main. */
export function splitPort(parentPort: ParentPort): WorkerPort {
  const conversation: ElectronParentPort = {
    postMessage: (message) => {
      parentPort.postMessage(message);
    },
    on: (event, listener) =>
      parentPort.on(event, (message) => {
        if (message.ports.length === 0) listener(message);
      }),
  };
  return {
    port: fromParentPort(conversation),
    onHandOver(listener) {
      parentPort.on('message', ({ data, ports }) => {
        for (const port of ports) listener(data, port);
      });
    },
  };
}
