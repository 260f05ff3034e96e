import { createCodec } from './codec.ts';
import { KnownEmitter } from './emitter.ts';

/**
 * All message channels of the app. Each has two ends; an end lives in main, in a page or in a utility process, and
 * messages between them are passed on as the bytes they were sent as.
 */

/** Where an end lives, when it is not main: somebody who passes on what arrives there. */
export interface Place {
  deliver(end: number, body: Uint8Array, ports: readonly number[]): void;
  closed(end: number): void;
}

interface End {
  readonly id: number;
  peer: End | undefined;
  place: Place | MessagePortMain;
}

const codec = createCodec();
const ends = new Map<number, End>();
let lastId = 0;

/** Electron's port in main. Messages wait until it is started. */
export class MessagePortMain extends KnownEmitter {
  readonly #end: End;
  #state: 'waiting' | 'started' | 'closed' | 'moved' = 'waiting';
  #held: { body: Uint8Array; ports: readonly MessagePortMain[] }[] = [];
  #peerClosed = false;

  /** @internal Electron has no public constructor either. */
  constructor(id: number) {
    super('MessagePortMain', ['message', 'close']);
    this.#end = { id, peer: undefined, place: this };
    ends.set(id, this.#end);
  }

  static pair(): [MessagePortMain, MessagePortMain] {
    const one = new MessagePortMain((lastId += 1));
    const two = new MessagePortMain((lastId += 1));
    one.#end.peer = two.#end;
    two.#end.peer = one.#end;
    return [one, two];
  }

  postMessage(message: unknown, transfer: readonly unknown[] = []): void {
    const ports = transfer.map((item) => movable(item));
    if (ports.includes(this)) throw new TypeError('Port at index 0 contains the source port');
    const body = codec.encode(message);
    if (this.#state === 'moved' || this.#state === 'closed') return;
    pass(this.#end, body, ports);
  }

  start(): void {
    if (this.#state !== 'waiting') return;
    this.#state = 'started';
    this.#flush();
  }

  close(): void {
    if (this.#state === 'closed' || this.#state === 'moved') return;
    this.#state = 'closed';
    this.#held = [];
    closeEnd(this.#end.id);
    // The listener of this side hears it too, after the caller is done.
    setImmediate(() => this.emit('close'));
  }

  /** @internal From the other end. */
  receive(body: Uint8Array, ports: readonly MessagePortMain[]): void {
    this.#held.push({ body, ports });
    if (this.#state === 'started') this.#flush();
  }

  /** @internal The other end is no more. */
  peerHasClosed(): void {
    this.#peerClosed = true;
    if (this.#state === 'started' || this.#state === 'waiting') this.#flush();
  }

  /** @internal Gives the end to another place, with all that waits for it. */
  moveTo(place: Place): number {
    if (this.#state !== 'waiting') throw new TypeError('Port at index 0 is already neutered');
    this.#state = 'moved';
    this.#end.place = place;
    return this.#end.id;
  }

  /** @internal To be called when the place knows of its new end. */
  flushTo(place: Place): void {
    for (const { body, ports } of this.#held.splice(0)) {
      movePorts(ports, place, (ids) => {
        place.deliver(this.#end.id, body, ids);
      });
    }
    if (this.#peerClosed) {
      place.closed(this.#end.id);
      ends.delete(this.#end.id);
    }
  }

  #flush(): void {
    setImmediate(() => {
      while (this.#state === 'started') {
        const next = this.#held.shift();
        if (next === undefined) break;
        this.emit('message', { data: codec.decode(next.body), ports: next.ports });
      }
      if (!this.#peerClosed || this.#state === 'closed' || this.#state === 'moved') return;
      this.#state = 'closed';
      ends.delete(this.#end.id);
      this.emit('close');
    });
  }
}

export class MessageChannelMain {
  readonly port1: MessagePortMain;
  readonly port2: MessagePortMain;

  constructor() {
    [this.port1, this.port2] = MessagePortMain.pair();
  }
}

/** For transfer lists: only ports may be in them. */
function movable(item: unknown): MessagePortMain {
  if (item instanceof MessagePortMain) return item;
  throw new TypeError('Port at index 0 is not a valid port');
}

/** Moves ports to a place; `told` lets the place know of them before the first message comes. */
export function movePorts(
  transfer: readonly unknown[],
  place: Place,
  told: (ids: readonly number[]) => void,
): void {
  const ports = transfer.map((item) => movable(item));
  told(ports.map((port) => port.moveTo(place)));
  for (const port of ports) port.flushTo(place);
}

/** A page sends away a port of its own: the page keeps `remote`, main gets the other end. */
export function adoptPort(place: Place): { readonly id: number; readonly port: MessagePortMain } {
  const [here, there] = MessagePortMain.pair();
  return { id: there.moveTo(place), port: here };
}

/** What an end in another process sends. */
export function passFrom(id: number, body: Uint8Array): void {
  const end = ends.get(id);
  if (end !== undefined) pass(end, body, []);
}

/** An end is closed, by its owner or because the owner is gone. */
export function closeEnd(id: number): void {
  const end = ends.get(id);
  if (end === undefined) return;
  ends.delete(id);
  const { peer } = end;
  if (peer === undefined) return;
  peer.peer = undefined;
  if (peer.place instanceof MessagePortMain) peer.place.peerHasClosed();
  else {
    ends.delete(peer.id);
    peer.place.closed(peer.id);
  }
}

/** A place is gone with all its ends. */
export function closePlace(place: Place): void {
  for (const end of [...ends.values()]) if (end.place === place) closeEnd(end.id);
}

function pass({ peer }: End, body: Uint8Array, ports: readonly MessagePortMain[]): void {
  if (peer === undefined) return;
  const { id, place } = peer;
  if (place instanceof MessagePortMain) place.receive(body, ports);
  else {
    movePorts(ports, place, (ids) => {
      place.deliver(id, body, ids);
    });
  }
}
