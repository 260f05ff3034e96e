import { inspect } from 'node:util';
import type { LogMessage, MainLogger, NodeLogger } from 'electron-log';
import type { LogLevel } from '../../contract/envelope.ts';
import { redactPaths } from './redact.ts';

/** Where main writes what happened; other processes send their lines here. */
export type Log = Readonly<Record<LogLevel, (message: string) => void>>;

/** The log file, and how much goes into it. */
export interface LogFile extends Log {
  setLevel(level: LogLevel): void;
  path(): string;
}

const maxBytes = 5 * 1024 * 1024;

/**
 * One file in the folder the system keeps for logs; a full one is put aside and a new one begun. It says nothing about
 * where a person keeps their files, unless they ask for every detail (`debug`).
 *
 * What nobody caught is written too, and the app goes on: a batch is worth more than an ending.
 */
export function startLog(logger: MainLogger | NodeLogger): LogFile {
  const { file } = logger.transports;
  file.maxSize = maxBytes;
  file.level = 'info';
  logger.hooks.push((message) => (file.level === 'debug' ? message : redacted(message)));
  logger.errorHandler.startCatching({ showDialog: false });
  const write =
    (level: LogLevel) =>
    (message: string): void => {
      logger[level](message);
    };
  return {
    error: write('error'),
    warn: write('warn'),
    info: write('info'),
    debug: write('debug'),
    setLevel(level) {
      file.level = level;
    },
    path: () => file.getFile().path,
  };
}

function redacted(message: LogMessage): LogMessage {
  return { ...message, data: message.data.map((part: unknown) => redactPaths(asText(part))) };
}

function asText(part: unknown): string {
  return typeof part === 'string' ? part : inspect(part);
}
