import { fromBrowserAddress } from './page-server.ts';

/** The details of Electron's `console-message`. */
export interface ConsoleMessage {
  readonly level: 'info' | 'warning' | 'error' | 'debug';
  readonly message: string;
  readonly lineNumber: number;
  readonly sourceId: string;
}

/** The browser's own `Runtime.consoleAPICalled` and `Runtime.exceptionThrown`, as far as they are used. */
interface Called {
  readonly type: string;
  readonly args: readonly { readonly value?: unknown; readonly description?: string }[];
  readonly stackTrace?: { readonly callFrames: readonly Place[] };
}

interface Thrown {
  readonly exceptionDetails: Place & {
    readonly text: string;
    readonly exception?: { readonly description?: string };
  };
}

interface Place {
  readonly url?: string;
  /** From 0, where Electron counts from 1. */
  readonly lineNumber: number;
}

const levels: Readonly<Record<string, ConsoleMessage['level']>> = {
  error: 'error',
  assert: 'error',
  warning: 'warning',
  debug: 'debug',
};

export function messageOfCall(params: Record<string, unknown>): ConsoleMessage {
  const { type, args, stackTrace } = params as unknown as Called;
  const message = args.map(({ value, description }) => description ?? String(value)).join(' ');
  return { level: levels[type] ?? 'info', message, ...placeOf(stackTrace?.callFrames[0]) };
}

export function messageOfThrow(params: Record<string, unknown>): ConsoleMessage {
  const { exceptionDetails } = params as unknown as Thrown;
  const { text, exception } = exceptionDetails;
  const message = [text, exception?.description].filter((part) => part !== undefined).join(' ');
  return { level: 'error', message, ...placeOf(exceptionDetails) };
}

function placeOf(place: Place | undefined): Pick<ConsoleMessage, 'lineNumber' | 'sourceId'> {
  return {
    lineNumber: place === undefined ? 0 : place.lineNumber + 1,
    sourceId: fromBrowserAddress(place?.url ?? ''),
  };
}
