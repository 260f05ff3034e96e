import electronLog from 'electron-log/main.js';

/** Where main writes what happened; other processes send their lines here. */
export interface Log {
  error(message: string): void;
  warn(message: string): void;
  info(message: string): void;
  debug(message: string): void;
}

/** The log file, and how much goes into it. */
export interface LogFile extends Log {
  setLevel(level: keyof Log): void;
  path(): string;
}

const maxBytes = 5 * 1024 * 1024;

/** One file in the folder the system keeps for logs; a full one is put aside and a new one begun. */
export function startLog(): LogFile {
  electronLog.transports.file.maxSize = maxBytes;
  electronLog.transports.file.level = 'info';
  electronLog.errorHandler.startCatching({ showDialog: false });
  return {
    error: (message) => {
      electronLog.error(message);
    },
    warn: (message) => {
      electronLog.warn(message);
    },
    info: (message) => {
      electronLog.info(message);
    },
    debug: (message) => {
      electronLog.debug(message);
    },
    setLevel: (level) => {
      electronLog.transports.file.level = level;
    },
    path: () => electronLog.transports.file.getFile().path,
  };
}
