// Preloaded in utility processes: `process.parentPort`, over the channel to the process that stands for main.
import { createCodec } from './codec.ts';
import { KnownEmitter } from './emitter.ts';
import { disguise } from './identity.ts';
import type { FromUtility, ToUtility } from './utility-process.ts';
import { notImplemented } from './not-implemented.ts';

const codec = createCodec();
const ends = new Map<number, Port>();
const sendToMain = process.send?.bind(process);
disguise('utility');
Object.assign(process, { send: undefined });

function send(message: FromUtility): void {
  sendToMain?.(message, undefined, undefined, () => undefined);
}

/** A port that came from main. */
class Port extends KnownEmitter {
  readonly #end: number;
  #state: 'waiting' | 'started' | 'closed' = 'waiting';
  readonly #held: Uint8Array[] = [];

  constructor(end: number) {
    super('MessagePortMain', ['message', 'close']);
    this.#end = end;
    ends.set(end, this);
  }

  postMessage(message: unknown, transfer: readonly unknown[] = []): void {
    if (transfer.some((item) => !(item instanceof Port)))
      throw new TypeError('Port at index 0 is not a valid port');
    if (transfer.length > 0) throw notImplemented('sending a port on from a utility process');
    if (this.#state !== 'closed') send({ kind: 'port', end: this.#end, body: codec.encode(message) });
  }

  start(): void {
    if (this.#state !== 'waiting') return;
    this.#state = 'started';
    setImmediate(() => {
      for (const body of this.#held.splice(0)) this.receive(body);
    });
  }

  close(): void {
    if (this.#state === 'closed') return;
    send({ kind: 'closed', end: this.#end });
    setImmediate(() => {
      this.closed();
    });
  }

  receive(body: Uint8Array): void {
    if (this.#state === 'waiting') this.#held.push(body);
    else if (this.#state === 'started') this.emit('message', { data: codec.decode(body), ports: [] });
  }

  closed(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    ends.delete(this.#end);
    this.emit('close');
  }
}

/** Delivers from its first listener on. */
class ParentPort extends KnownEmitter {
  #held: { data: unknown; ports: Port[] }[] | undefined = [];

  constructor() {
    super('parentPort', ['message']);
    this.on('newListener', (event: string) => {
      if (event === 'message') setImmediate(() => this.#flush());
    });
  }

  postMessage(message: unknown, ...rest: unknown[]): void {
    if (rest.length > 0) throw notImplemented('a transfer list of parentPort.postMessage');
    send({ kind: 'message', body: codec.encode(message) });
  }

  receive(body: Uint8Array, ports: readonly number[]): void {
    const event = { data: codec.decode(body), ports: ports.map((end) => new Port(end)) };
    if (this.#held === undefined) this.emit('message', event);
    else this.#held.push(event);
  }

  #flush(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const event of held) this.emit('message', event);
  }
}

const parentPort = new ParentPort();
Object.defineProperty(process, 'parentPort', { value: parentPort, enumerable: true });
process.on('message', (message: ToUtility) => {
  switch (message.kind) {
    case 'message':
      parentPort.receive(message.body, message.ports);
      return;
    case 'port':
      ends.get(message.end)?.receive(message.body);
      return;
    case 'closed':
      ends.get(message.end)?.closed();
  }
});
