import * as v from 'valibot';
import {
  envelopeSchema,
  protocolVersion,
  seal,
  type Envelope,
  type EnvelopeOf,
  type LogLevel,
} from './envelope.ts';
import { cancelled, fromWireError, MillraceError, toWireError, type WireError } from './errors.ts';
import type { PortLike } from './port.ts';
import type {
  EventName,
  EventPayload,
  HelloInfo,
  Method,
  Params,
  Progress,
  Protocol,
  Result,
} from './protocol.ts';
import { parseWith } from './validation.ts';

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
        post(port, { kind: 'request', id: call.id, method: call.method, params: call.params });
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

export interface RequestContext<P extends Protocol, M extends Method<P>> {
  /** Fires when the client cancels this request or the port closes. */
  readonly signal: AbortSignal;
  progress(progress: Progress<P, M>): void;
}

export type Handlers<P extends Protocol> = {
  readonly [M in Method<P>]: (
    params: Params<P, M>,
    context: RequestContext<P, M>,
  ) => Promise<Result<P, M>> | Result<P, M>;
};

export interface ServerOptions<P extends Protocol> {
  readonly hello: HelloInfo<P>;
  readonly handlers: Handlers<P>;
  /** How many requests may be under way at once; more are refused, since the client was told. */
  readonly credit: number;
  /** The client asks for the end: finish what must be finished; `bye` is said and the port closed after it. */
  readonly onShutdown?: () => Promise<void> | void;
  /** What the client is told of an error; everything by default. */
  readonly tellError?: (error: unknown) => WireError;
}

/** The answering end of a conversation. */
export interface RpcServer<P extends Protocol> {
  emit<E extends EventName<P>>(name: E, payload: EventPayload<P, E>): void;
  log(level: LogLevel, message: string): void;
  /** Settles, never rejects, when the port has closed: `bye` was said, the client left, or it spoke garbage. */
  readonly closed: Promise<MillraceError>;
  close(): void;
}

type AnyHandler = (
  params: unknown,
  context: { signal: AbortSignal; progress(value: unknown): void },
) => unknown;

/** Greets the client on `port` and answers its requests. */
export function createServer<const P extends Protocol>(
  port: PortLike,
  protocol: P,
  options: ServerOptions<P>,
): RpcServer<P> {
  const { tellError = toWireError } = options;
  const handlers = options.handlers as Readonly<Record<string, AnyHandler>>;
  const running = new Map<number, AbortController>();
  const closed = Promise.withResolvers<MillraceError>();
  let end: MillraceError | undefined;
  let leaving = false;

  function finish(reason: MillraceError): void {
    if (end !== undefined) return;
    end = reason;
    port.close();
    for (const controller of running.values()) controller.abort(reason);
    closed.resolve(reason);
  }

  async function answer(envelope: EnvelopeOf<'request'>): Promise<void> {
    const { id, method } = envelope;
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const schemas = Object.hasOwn(protocol.requests, method) ? protocol.requests[method] : undefined;
      const handler = handlers[method];
      if (schemas === undefined || handler === undefined)
        throw protocolError(`There is no method "${method}".`);
      const params = parseWith(schemas.params, envelope.params, 'protocol-error');
      const progress = (value: unknown): void => {
        post(port, { kind: 'progress', id, value });
      };
      const result = await handler(params, { signal: controller.signal, progress });
      post(port, { kind: 'response', id, outcome: { ok: true, result } });
    } catch (error) {
      post(port, { kind: 'response', id, outcome: { ok: false, error: tellError(error) } });
    } finally {
      running.delete(id);
      post(port, { kind: 'credit', amount: 1 });
    }
  }

  async function leave(): Promise<void> {
    leaving = true;
    try {
      await options.onShutdown?.();
    } catch (error) {
      post(port, { kind: 'log', level: 'error', message: `Shutting down went wrong: ${String(error)}` });
    }
    post(port, { kind: 'bye' });
    finish(portClosed());
  }

  function receive(envelope: Envelope): void {
    switch (envelope.kind) {
      case 'request':
        if (running.has(envelope.id))
          throw protocolError(`Request ${String(envelope.id)} is already running.`);
        if (running.size >= options.credit) throw protocolError('More requests than credit was granted for.');
        void answer(envelope);
        return;
      case 'cancel':
        running.get(envelope.id)?.abort(cancelled());
        return;
      case 'shutdown':
        if (!leaving) void leave();
        return;
      default:
        throw protocolError(`A client does not send "${envelope.kind}".`);
    }
  }

  listen(port, receive, finish);
  post(port, { kind: 'hello', credit: options.credit, info: options.hello });

  return {
    emit(name, payload) {
      post(port, { kind: 'event', name, payload });
    },
    log(level, message) {
      post(port, { kind: 'log', level, message });
    },
    closed: closed.promise,
    close() {
      finish(portClosed());
    },
  };
}

function post(port: PortLike, envelope: Parameters<typeof seal>[0]): void {
  port.post(seal(envelope));
}

/** Opens every message at the door: wrong shape, wrong version or wrong direction ends the conversation. */
function listen(
  port: PortLike,
  receive: (envelope: Envelope) => void,
  finish: (reason: MillraceError) => void,
): void {
  port.onMessage((message) => {
    try {
      receive(open(message));
    } catch (error) {
      finish(error instanceof MillraceError ? error : protocolError(String(error)));
    }
  });
  port.onClose((reason = portClosed()) => {
    finish(reason);
  });
  port.start();
}

function open(message: unknown): Envelope {
  const envelope = v.safeParse(envelopeSchema, message);
  if (!envelope.success)
    throw protocolError('A message came that is not part of the protocol.', envelope.issues);
  if (envelope.output.v !== protocolVersion) {
    throw new MillraceError(
      'protocol-version',
      `The other process speaks protocol version ${String(envelope.output.v)}, this one ${String(protocolVersion)}. Restart Millrace.`,
    );
  }
  return envelope.output;
}

function protocolError(message: string, issues?: readonly v.BaseIssue<unknown>[]): MillraceError {
  return new MillraceError('protocol-error', message, {
    detail: issues?.map((issue) => `${v.getDotPath(issue) ?? ''}: ${issue.message}`).join('; '),
  });
}

function portClosed(): MillraceError {
  return new MillraceError('port-closed', 'The other process has gone.', { retriable: true });
}
