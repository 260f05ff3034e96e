import type { AppView, Row } from '../../contract/app-state.ts';

declare global {
  interface Window {
    /** Main's side of the page, in these tests. */
    readonly fakeMain: {
      /** Every request so far: method and params. */
      readonly heard: { method: string; params: unknown }[];
      /** Tells the page something new, as an answer to its `changes`. */
      tell(change: { view?: AppView; rows?: Row[]; removed?: number[]; batch?: number }): void;
      /** What a method answers from now on; `undefined` by default. */
      readonly answers: Record<string, unknown>;
    };
  }
}

/** Stands for preload and main in a real page. Runs in the page: it must not refer to anything outside itself. */
export function installPageMain({ channel, version }: { channel: string; version: number }): void {
  const heard: { method: string; params: unknown }[] = [];
  const answers: Record<string, unknown> = {};
  const news: unknown[] = [];
  let asking: ((answer: unknown) => void) | undefined;

  function next(): void {
    const change = news[0];
    if (asking === undefined || change === undefined) return;
    news.shift();
    const answer = asking;
    asking = undefined;
    answer(change);
  }

  function requestControlPort(): void {
    const { port1, port2 } = new MessageChannel();
    const post = (envelope: object): void => {
      port1.postMessage({ v: version, ...envelope });
    };
    port1.onmessage = (
      event: MessageEvent<{ kind: string; id: number; method: string; params: unknown }>,
    ) => {
      const { kind, id, method, params } = event.data;
      if (kind !== 'request') return;
      const respond = (result: unknown): void => {
        post({ kind: 'response', id, outcome: { ok: true, result } });
        post({ kind: 'credit', amount: 1 });
      };
      if (method === 'changes') {
        asking = respond;
        next();
        return;
      }
      heard.push({ method, params });
      respond(answers[method]);
    };
    post({ kind: 'hello', credit: 16, info: { name: 'Millrace', version: '1.2.3', platform: 'linux' } });
    window.postMessage(channel, '*', [port2]);
  }

  Object.assign(window, {
    millrace: {
      requestControlPort,
      handlesFor: (files: File[]) => Promise.resolve(files.map(() => undefined)),
    },
    fakeMain: {
      heard,
      answers,
      tell(change: object) {
        news.push({ batch: 1, rows: [], removed: [], ...change });
        next();
      },
    },
  });
}
