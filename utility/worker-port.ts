import type { PortLike } from '../contract/port.ts';
import { fromParentPort, type ElectronParentPort } from '../contract/ports/electron-port.ts';
import { fromIpcProcess } from '../contract/ports/node-port.ts';

/** The port towards whoever started this process: Electron's main, or a Node parent; undefined when there is none. */
export function findPort(): PortLike | undefined {
  // Electron adds it in utility processes alone.
  const { parentPort } = process as { parentPort?: ElectronParentPort };
  if (parentPort !== undefined) return fromParentPort(parentPort);
  return process.send === undefined ? undefined : fromIpcProcess(process);
}
