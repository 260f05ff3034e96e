import type { Envelope, EnvelopeOf, LogLevel } from '../envelope.ts';
import { cancelled, toWireError, type MillraceError, type WireError } from '../errors.ts';
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
        // A message that nobody reads would still wake the other end.
        if (envelope.progress === true) post(port, { kind: 'progress', id, value });
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
