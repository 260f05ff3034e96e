import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { AppView } from '../../../contract/app-state.ts';
import type { Command, ControlHello, ControlProtocol } from '../../../contract/control-protocol.ts';
import { MillraceError } from '../../../contract/errors.ts';
import type { Method, Params, Result } from '../../../contract/protocol.ts';
import type { RpcClient } from '../../../contract/rpc/client.ts';
import { connectToMain, type Picture } from '../bridge.ts';
import { letDraw } from '../slices.ts';
import { useRows } from './rows.ts';

type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected'; readonly hello: ControlHello }
  | { readonly kind: 'gone'; readonly reason: string };

/** Main as the page knows it: the port, and the latest view that came over it. The page holds no truth of its own. */
export const useApp = defineStore('app', () => {
  const rows = useRows();
  const connection = shallowRef<Connection>({ kind: 'connecting' });
  const view = shallowRef<AppView>();
  /** What went wrong with the last thing a person asked for. */
  const problem = shallowRef<string>();
  const listeners = new Set<(command: Command) => void>();
  const viewers = new Set<(picture: Picture) => void>();
  let client: RpcClient<ControlProtocol> | undefined;

  async function connect(): Promise<void> {
    connection.value = { kind: 'connecting' };
    try {
      client = await connectToMain((picture) => {
        for (const viewer of viewers) viewer(picture);
      });
      client.onEvent('command', (command) => {
        for (const listener of listeners) listener(command);
      });
      const hello = await client.ready;
      rows.clear();
      connection.value = { kind: 'connected', hello };
      void follow(client);
      connection.value = { kind: 'gone', reason: goneWords(await client.closed) };
    } catch (error) {
      connection.value = { kind: 'gone', reason: goneWords(error) };
    }
  }

  /** Asks again and again; ends with the port. */
  async function follow(from: RpcClient<ControlProtocol>): Promise<void> {
    try {
      for (;;) {
        const answer = await from.call('changes', undefined);
        if (answer.view !== undefined) view.value = answer.view;
        // The first news of a batch bring its screen, and then its rows: together they are too much for one frame.
        await letDraw();
        await rows.merge(answer);
      }
    } catch (error) {
      if (connection.value.kind === 'connected')
        connection.value = { kind: 'gone', reason: goneWords(error) };
    }
  }

  /** Asks main; what goes wrong is shown to the person. Undefined then. */
  async function ask<M extends Method<ControlProtocol>>(
    method: M,
    params: Params<ControlProtocol, M>,
  ): Promise<Result<ControlProtocol, M> | undefined> {
    try {
      return await call(method, params);
    } catch (error) {
      tell(error);
      return undefined;
    }
  }

  /** What a person has called off needs no words. */
  function tell(error: unknown): void {
    if (!(error instanceof MillraceError && error.code === 'cancelled')) problem.value = messageOf(error);
  }

  function call<M extends Method<ControlProtocol>>(
    method: M,
    params: Params<ControlProtocol, M>,
    signal?: AbortSignal,
  ): Promise<Result<ControlProtocol, M>> {
    if (client === undefined) return Promise.reject(new Error('Millrace is not connected yet.'));
    return client.call(method, params, { signal });
  }

  return {
    connection,
    view,
    problem,
    batch: computed(() => view.value?.batch),
    connect,
    ask,
    tell,
    call,
    /** Pictures that workers send to this page, from its first moment on. */
    onPicture(viewer: (picture: Picture) => void): void {
      viewers.add(viewer);
    },
    /** Menu items that only the page can carry out. Gives back what ends the listening. */
    onCommand(listener: (command: Command) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
});

/** What went wrong, for a person. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Why there is nothing to see, and what to do. */
function goneWords(error: unknown): string {
  return error instanceof MillraceError && error.code === 'port-closed'
    ? 'This window has lost its connection to the rest of Millrace. Your pictures are safe. If trying again does not help, quit Millrace and start it again: it goes on where it was.'
    : messageOf(error);
}
