// The few globals that every JavaScript host has and the contract uses; it has neither Node's nor the DOM's types.

interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

interface AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}

declare const AbortController: new () => AbortController;

declare const TextEncoder: new () => { encode(text: string): Uint8Array };

/** Throws at what is no UTF-8. */
declare const TextDecoder: new (
  label: 'utf-8',
  options: { fatal: true },
) => {
  decode(bytes: Uint8Array): string;
};
