import { MillraceError } from '../errors.ts';
import { toPortLike, type CloseListener, type PortLike } from '../port.ts';
import { createFrameReader, toFrame } from './frames.ts';

/** What is used of Node's `net.Socket`. */
export interface Socket {
  readonly destroyed: boolean;
  write(bytes: Uint8Array): unknown;
  cork(): void;
  uncork(): void;
  on(event: 'data', listener: (piece: Uint8Array) => void): unknown;
  on(event: 'end' | 'error' | 'close', listener: () => void): unknown;
  destroy(): unknown;
}

/** Either end of a socket between two processes. Bytes that can be no message close it; nothing of it throws. */
export function fromSocket(socket: Socket): PortLike {
  const closeListeners: CloseListener[] = [];

  function end(reason?: MillraceError): void {
    socket.destroy();
    for (const listener of closeListeners) listener(reason);
  }

  // A pipe that is broken at one end is of no use at the other: what is still to be written is dropped.
  for (const event of ['end', 'error', 'close'] as const) {
    socket.on(event, () => {
      end();
    });
  }
  return toPortLike({
    post: (message) => {
      const parts = toFrame(message);
      socket.cork();
      for (const part of parts) socket.write(part);
      socket.uncork();
    },
    onMessage: (listener) => {
      const read = createFrameReader(listener);
      socket.on('data', (piece) => {
        // What had been received is still told after the end.
        if (socket.destroyed) return;
        try {
          read(piece);
        } catch (error) {
          end(error instanceof MillraceError ? error : new MillraceError('protocol-error', String(error)));
        }
      });
    },
    onClose: (listener) => {
      closeListeners.push(listener);
    },
    start: () => undefined,
    close: () => {
      socket.destroy();
    },
  });
}
