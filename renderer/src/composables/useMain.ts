import { shallowRef, type ShallowRef } from 'vue';
import type { ControlHello } from '../../../contract/control-protocol.ts';
import { connectToMain } from '../bridge.ts';

export type MainState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected'; readonly hello: ControlHello }
  | { readonly kind: 'gone'; readonly reason: string };

/** What main said of itself when it greeted this page. */
export function useMain(): Readonly<ShallowRef<MainState>> {
  const state = shallowRef<MainState>({ kind: 'connecting' });

  async function connect(): Promise<void> {
    try {
      const client = await connectToMain();
      state.value = { kind: 'connected', hello: await client.ready };
      const { message } = await client.closed;
      state.value = { kind: 'gone', reason: message };
    } catch (error) {
      state.value = { kind: 'gone', reason: error instanceof Error ? error.message : String(error) };
    }
  }

  void connect();
  return state;
}
