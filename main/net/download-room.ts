import { cancelled } from '../../contract/errors.ts';

export interface DownloadRoomOptions {
  /** Downloads at once. */
  readonly atOnce: number;
  /** Memory for downloads, those under way and those that wait to be read, bytes. */
  readonly bytes: number;
  /** What one download may take, bytes. */
  readonly largest: number;
}

/**
 * Room in memory for downloads. One that is under way takes as much as it may become; when it has ended, as much as
 * it is. Who finds no room waits in line, so that the network never runs ahead of the workers.
 */
export interface DownloadRoom {
  /** @throws MillraceError `cancelled` */
  enter(signal: AbortSignal): Promise<void>;
  /** A download has ended and so many bytes of it are kept; 0 when it failed. */
  leave(kept: number): void;
  /** Kept bytes are not needed any more. */
  drop(kept: number): void;
}

export function createDownloadRoom({ atOnce, bytes, largest }: DownloadRoomOptions): DownloadRoom {
  const line: (() => void)[] = [];
  let underWay = 0;
  let kept = 0;

  function hasRoom(): boolean {
    if (underWay >= atOnce) return false;
    // One is always let in where nothing else is, however small the room: it could not come later either.
    return kept + (underWay + 1) * largest <= bytes || (underWay === 0 && kept === 0);
  }

  function admit(): void {
    while (line.length > 0 && hasRoom()) {
      underWay += 1;
      line.shift()?.();
    }
  }

  return {
    async enter(signal) {
      if (signal.aborted) throw cancelled();
      await new Promise<void>((resolve, reject) => {
        const enter = (): void => {
          signal.removeEventListener('abort', giveUp);
          resolve();
        };
        const giveUp = (): void => {
          line.splice(line.indexOf(enter), 1);
          reject(cancelled());
        };
        signal.addEventListener('abort', giveUp, { once: true });
        line.push(enter);
        admit();
      });
    },
    leave(bytesKept) {
      underWay -= 1;
      kept += bytesKept;
      admit();
    },
    drop(bytesKept) {
      kept -= bytesKept;
      admit();
    },
  };
}
