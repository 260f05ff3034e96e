import type { MessageChannelMain, MessagePortMain } from 'electron';
import { previewPortChannel, type WorkerPreviewPort } from '../../contract/channels.ts';
import type { WorkerProcess } from '../workers/host.ts';

/** Brings workers and pages together: one channel for each pair, in whatever order they come and go. */
export interface PreviewPorts {
  /** @param send posts to the page, with the port beside it */
  pageOpened(page: number, send: (message: PagePort, port: MessagePortMain) => void): void;
  pageClosed(page: number): void;
  workerReady(process: WorkerProcess, slot: number): void;
}

/** What a page is told of a port: see `previewPortSchema`. */
export type PagePort = Omit<WorkerPreviewPort, 'page'>;

export function createPreviewPorts(
  openChannel: () => Pick<MessageChannelMain, 'port1' | 'port2'>,
): PreviewPorts {
  const pages = new Map<number, (message: PagePort, port: MessagePortMain) => void>();
  const workers = new Map<WorkerProcess, { readonly slot: number; readonly generation: number }>();
  /** Rises with every worker, also over pools: a page can tell which port of a slot is the younger. */
  let generations = 0;

  function connect(process: WorkerProcess, page: number): void {
    const worker = workers.get(process);
    const send = pages.get(page);
    if (worker === undefined || send === undefined || process.handOver === undefined) return;
    const message: PagePort = { channel: previewPortChannel, ...worker };
    const { port1, port2 } = openChannel();
    process.handOver({ ...message, page }, port2);
    send(message, port1);
  }

  return {
    pageOpened(page, send) {
      pages.set(page, send);
      for (const process of workers.keys()) connect(process, page);
    },
    pageClosed(page) {
      pages.delete(page);
    },
    workerReady(process, slot) {
      generations += 1;
      workers.set(process, { slot, generation: generations });
      void process.ended.then(() => workers.delete(process));
      for (const page of pages.keys()) connect(process, page);
    },
  };
}
