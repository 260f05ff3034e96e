import { EventEmitter } from 'node:events';
import { throwing } from './not-implemented.ts';

type Handler = (event: object, ...args: unknown[]) => unknown;

const handlers = new Map<string, Handler>();
const emitter = new EventEmitter();

function handle(channel: string, handler: Handler): void {
  if (handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
  handlers.set(channel, handler);
}

/** Messages of pages to main. */
export const ipcMain = throwing(
  'ipcMain',
  Object.assign(emitter, {
    handle,
    handleOnce: (channel: string, handler: Handler) => {
      handle(channel, (...args) => {
        handlers.delete(channel);
        return handler(...args);
      });
    },
    removeHandler: (channel: string) => {
      handlers.delete(channel);
    },
  }),
);

/** @throws whatever the handler throws; Error when there is none */
export async function invokeHandler(
  channel: string,
  event: object,
  args: readonly unknown[],
): Promise<unknown> {
  const handler = handlers.get(channel);
  if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
  return await handler(event, ...args);
}
