/** What a process wrote, as far back as is worth keeping. */
export interface OutputTail {
  readonly follow: (stream: NodeJS.ReadableStream) => void;
  readonly text: () => string;
}

/** Characters kept: a fatal error of V8 with its stack fits. */
const maxCharacters = 8192;

/** @param onLine told each line as it comes, without its end; over-long ones in pieces */
export function createOutputTail(onLine: (line: string) => void): OutputTail {
  let tail = '';

  function follow(stream: NodeJS.ReadableStream): void {
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      tail = (tail + chunk).slice(-maxCharacters);
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > maxCharacters) {
        lines.push(rest);
        rest = '';
      }
      for (const line of lines) if (line.trim() !== '') onLine(line);
    });
    stream.on('end', () => {
      if (rest.trim() !== '') onLine(rest);
    });
  }

  return { follow, text: () => tail.trim() };
}
