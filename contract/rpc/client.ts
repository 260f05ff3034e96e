import * as v from 'valibot';
import type { Envelope, EnvelopeOf, LogLevel } from '../envelope.ts';
import { cancelled, fromWireError, type MillraceError } from '../errors.ts';
import type { PortLike } from '../port.ts';
import type {
  EventName,
  EventPayload,
  HelloInfo,
  Method,
  Params,
  Progress,
  Protocol,
  Result,
} from '../protocol.ts';
import { parseWith } from '../validation.ts';
import { listen, portClosed, post, protocolError } from './conversation.ts';

export interface CallOptions<P extends Protocol, M extends Method<P>> {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress<P, M>) => void) | undefined;
  /** The server has let go of a call that was cancelled: it has answered, or never had it. Not called on a closed port. */
  onLetGo?: (() => void) | undefined;
}

/** The asking end of a conversation. */
export interface RpcClient<P extends Protocol> {
  /** Settles when the server has said hello; rejects on another protocol version or when the port closes first. */
  readonly ready: Promise<HelloInfo<P>>;
  /** Settles, never rejects, when the port has closed: with the reason that every pending call was given. */
  readonly closed: Promise<MillraceError>;
  /** How many calls would be sent at once. */
  readonly credit: number;
  /**
   * Sends a request as soon as the server has granted credit for it; calls beyond that wait in order.
   *
   * Rejects with the server's error, `cancelled` when the signal fires (the server is told), `port-closed` when
   * the port closes, `protocol-error` when the answer is not what the protocol says.
   */
  call<M extends Method<P>>(
    method: M,
    params: Params<P, M>,
    options?: CallOptions<P, M>,
  ): Promise<Result<P, M>>;
  onEvent<E extends EventName<P>>(name: E, listener: (payload: EventPayload<P, E>) => void): void;
  onLog(listener: (level: LogLevel, message: string) => void): void;
  /** Asks the server to finish; settles when the port has closed. */
  shutdown(): Promise<void>;
  /** Closes the port; pending calls reject with `reason`. */
  close(reason?: MillraceError): void;
}

interface PendingCall {
  readonly method: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: MillraceError) => void;
  readonly onProgress: ((progress: unknown) => void) | undefined;
  readonly dispose: () => void;
}

interface WaitingCall extends PendingCall {
  readonly id: number;
  readonly params: unknown;
}

/** Connects to a server over `port` and starts it. */
export function createClient<const P extends Protocol>(port: PortLike, protocol: P): RpcClient<P> {
  const pending = new Map<number, PendingCall>();
  const waiting: WaitingCall[] = [];
  const eventListeners = new Map<string, ((payload: unknown) => void)[]>();
  const logListeners: ((level: LogLevel, message: string) => void)[] = [];
  /** Calls that were cancelled after they had been sent, and what to do when the server has let go of them. */
  const abandoned = new Map<number, (() => void) | undefined>();
  const ready = Promise.withResolvers<HelloInfo<P>>();
  const closed = Promise.withResolvers<MillraceError>();
  // Whoever does not wait for the greeting learns of a broken port from `closed` or from a call.
  ready.promise.catch(() => undefined);
  let credit = 0;
  let nextId = 1;
  let end: MillraceError | undefined;

  function finish(reason: MillraceError): void {
    if (end !== undefined) return;
    end = reason;
    port.close();
    ready.reject(reason);
    for (const call of [...pending.values(), ...waiting.splice(0)]) {
      call.dispose();
      call.reject(reason);
    }
    pending.clear();
    abandoned.clear();
    closed.resolve(reason);
  }

  function sendWaiting(): void {
    while (credit > 0) {
      const call = waiting.shift();
      if (call === undefined) break;
      credit -= 1;
      pending.set(call.id, call);
      try {
        const listens = call.onProgress === undefined ? {} : { progress: true as const };
        post(port, { kind: 'request', id: call.id, method: call.method, params: call.params, ...listens });
      } catch (error) {
        // Not everything can be copied between processes; the request never left, so its credit is still ours.
        pending.delete(call.id);
        credit += 1;
        call.dispose();
        call.reject(protocolError(`The request ${call.method} cannot be sent: ${String(error)}`));
      }
    }
  }

  function settle(envelope: EnvelopeOf<'response'>): void {
    const call = pending.get(envelope.id);
    if (call === undefined) {
      const letGo = abandoned.get(envelope.id);
      abandoned.delete(envelope.id);
      letGo?.();
      return;
    }
    pending.delete(envelope.id);
    call.dispose();
    if (!envelope.outcome.ok) {
      call.reject(fromWireError(envelope.outcome.error));
      return;
    }
    const schema = protocol.requests[call.method]?.result ?? v.never();
    const result = v.safeParse(schema, envelope.outcome.result);
    if (result.success) call.resolve(result.output);
    else {
      const error = protocolError(`The answer to ${call.method} is not what was agreed.`, result.issues);
      call.reject(error);
      finish(error);
    }
  }

  function receive(envelope: Envelope): void {
    switch (envelope.kind) {
      case 'hello':
        ready.resolve(parseWith(protocol.hello, envelope.info, 'protocol-error'));
        credit += envelope.credit;
        sendWaiting();
        return;
      case 'credit':
        credit += envelope.amount;
        sendWaiting();
        return;
      case 'response':
        settle(envelope);
        return;
      case 'progress': {
        const call = pending.get(envelope.id);
        if (call?.onProgress === undefined) return;
        call.onProgress(
          parseWith(protocol.requests[call.method]?.progress ?? v.never(), envelope.value, 'protocol-error'),
        );
        return;
      }
      case 'event': {
        const payload = parseWith(
          protocol.events[envelope.name] ?? v.never(),
          envelope.payload,
          'protocol-error',
        );
        for (const listener of eventListeners.get(envelope.name) ?? []) listener(payload);
        return;
      }
      case 'log':
        for (const listener of logListeners) listener(envelope.level, envelope.message);
        return;
      case 'bye':
        finish(portClosed());
        return;
      case 'request':
      case 'cancel':
      case 'shutdown':
        throw protocolError(`A server does not send "${envelope.kind}".`);
    }
  }

  listen(port, receive, finish);

  return {
    ready: ready.promise,
    closed: closed.promise,
    get credit() {
      return credit;
    },
    call(method, params, options = {}) {
      const { signal, onProgress, onLetGo } = options;
      const id = nextId++;
      return new Promise((resolve, reject) => {
        if (end !== undefined) {
          reject(end);
          return;
        }
        if (signal?.aborted === true) {
          reject(cancelled());
          return;
        }
        const abort = (): void => {
          const index = waiting.findIndex((call) => call.id === id);
          if (index >= 0) waiting.splice(index, 1);
          else if (pending.delete(id)) {
            abandoned.set(id, onLetGo);
            post(port, { kind: 'cancel', id });
          }
          reject(cancelled());
          if (index >= 0) onLetGo?.();
        };
        signal?.addEventListener('abort', abort, { once: true });
        waiting.push({
          id,
          method,
          params,
          resolve: resolve,
          reject,
          onProgress: onProgress,
          dispose: () => signal?.removeEventListener('abort', abort),
        });
        sendWaiting();
      });
    },
    onEvent(name, listener) {
      const listeners = eventListeners.get(name) ?? [];
      listeners.push(listener);
      eventListeners.set(name, listeners);
    },
    onLog(listener) {
      logListeners.push(listener);
    },
    async shutdown() {
      if (end === undefined) post(port, { kind: 'shutdown' });
      await closed.promise;
    },
    close(reason = portClosed()) {
      finish(reason);
    },
  };
}
