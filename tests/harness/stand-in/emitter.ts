import { EventEmitter } from 'node:events';
import { notImplemented, throwing } from './not-implemented.ts';

type Listener = (...args: never[]) => void;

/** Whatever is missing in it throws. What this returns is `this` of the classes below, so their fields are on it. */
class Throwing extends EventEmitter {
  constructor(name: string) {
    super();
    return throwing(name, this);
  }
}

/** An emitter that refuses listeners for events it never emits: they would wait for ever. */
export class KnownEmitter extends Throwing {
  readonly #name: string;
  readonly #known: ReadonlySet<string>;

  constructor(name: string, known: readonly string[]) {
    super(name);
    this.#name = name;
    this.#known = new Set([...known, 'newListener', 'removeListener', 'error']);
  }

  override on(event: string, listener: Listener): this {
    this.#check(event);
    return super.on(event, listener as (...args: unknown[]) => void);
  }

  override addListener(event: string, listener: Listener): this {
    return this.on(event, listener);
  }

  override once(event: string, listener: Listener): this {
    this.#check(event);
    return super.once(event, listener as (...args: unknown[]) => void);
  }

  /** Emits an event that listeners can prevent; tells whether one did. */
  ask(event: string, details: object = {}, ...rest: unknown[]): boolean {
    let prevented = false;
    this.emit(
      event,
      Object.assign(details, {
        preventDefault: () => {
          prevented = true;
        },
        get defaultPrevented() {
          return prevented;
        },
      }),
      ...rest,
    );
    return prevented;
  }

  #check(event: string): void {
    if (!this.#known.has(event)) throw notImplemented(`the event ${event} of ${this.#name}`);
  }
}
