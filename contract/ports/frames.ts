import { MillraceError } from '../errors.ts';

/**
 * The longest text of a message, bytes. The largest there are have some thousand; a million can be made to take some
 * hundred megabytes when they are read, which a heap bears.
 */
const longestText = 2 ** 20;

/** What 32 bits can say, bytes: sources have up to 2 GB. */
const mostBytes = 2 ** 32 - 1;

const prefixLength = 8;
const mark = '=';
const place = /^=(\d{1,10})\+(\d{1,10})$/;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * A message as it travels over a stream of bytes: the length of its text and the length of its bytes (32 bits each,
 * the low byte first), the text, the bytes. The text is JSON in UTF-8, not V8's serialisation, with which a worker could
 * end its parent (docs/decisions/0013). Where the message has bytes it has the string `=from+length`, which is their
 * place; a string that begins with `=` itself has one more in front.
 *
 * Gives parts, to be sent one behind the other. All but the first are the message's own bytes, not copies.
 *
 * @throws TypeError when the message is not plain data (see `PortLike`) or too long
 */
export function toFrame(message: unknown): readonly Uint8Array[] {
  const { text, bytes, length } = takeApart(message);
  if (text.length > longestText || length > mostBytes) {
    throw new TypeError(
      `A message with ${String(text.length)} bytes of text and ${String(length)} besides is too long to be sent.`,
    );
  }
  const head = new Uint8Array(prefixLength + text.length);
  const lengths = new DataView(head.buffer);
  lengths.setUint32(0, text.length, true);
  lengths.setUint32(4, length, true);
  head.set(text, prefixLength);
  return [head, ...bytes];
}

interface Apart {
  readonly text: Uint8Array;
  readonly bytes: readonly Uint8Array[];
  /** Of all bytes together. */
  readonly length: number;
}

function takeApart(message: unknown): Apart {
  const bytes: Uint8Array[] = [];
  let length = 0;

  function toJson(value: unknown): unknown {
    if (typeof value === 'string') return value.startsWith(mark) ? mark + value : value;
    if (value === null || typeof value === 'boolean' || Number.isFinite(value)) return value;
    if (value instanceof Uint8Array) {
      const from = length;
      bytes.push(value);
      length += value.length;
      return `${mark}${String(from)}+${String(value.length)}`;
    }
    if (Array.isArray(value)) return value.map(toJson);
    const kind = Object.prototype.toString.call(value);
    if (kind !== '[object Object]') throw new TypeError(`What is ${kind} cannot be sent.`);
    const fields = Object.entries(value as object).filter(([, field]) => field !== undefined);
    return Object.fromEntries(fields.map(([name, field]) => [name, toJson(field)]));
  }

  const text = encoder.encode(JSON.stringify(toJson(message)));
  return { text, bytes, length };
}

/**
 * Reads a stream of frames that comes in pieces cut anywhere. The bytes of messages are views of what came. Memory is
 * taken as bytes come, not as they are announced.
 *
 * The function it gives throws a MillraceError `protocol-error` at what is no frame, and is not to be called again then.
 */
export function createFrameReader(deliver: (message: unknown) => void): (piece: Uint8Array) => void {
  const frames = readFrames(deliver);
  let wanted = frames.next().value;
  let part: Uint8Array = new Uint8Array();
  let filled = 0;

  function keep(bytes: Uint8Array): void {
    // What came in one piece is not copied.
    if (bytes.length === wanted) part = bytes;
    else {
      part = withRoom(part, filled + bytes.length, wanted);
      part.set(bytes, filled);
    }
    filled += bytes.length;
  }

  return (piece) => {
    let from = 0;
    // For a part of no length nothing more has to come.
    while (from < piece.length || wanted === 0) {
      const bytes = piece.subarray(from, from + wanted - filled);
      keep(bytes);
      from += bytes.length;
      if (filled < wanted) continue;
      const whole = part;
      part = new Uint8Array();
      filled = 0;
      wanted = frames.next(whole).value;
    }
  };
}

/** Yields how many bytes it wants next, and is given them. */
function* readFrames(deliver: (message: unknown) => void): Generator<number, never, Uint8Array> {
  for (;;) {
    const prefix = yield prefixLength;
    const lengths = new DataView(prefix.buffer, prefix.byteOffset, prefixLength);
    const textLength = lengths.getUint32(0, true);
    if (textLength > longestText) throw unreadable(`It announces ${String(textLength)} bytes of text.`);
    const text = yield textLength;
    const bytes = yield lengths.getUint32(4, true);
    deliver(putTogether(text, bytes));
  }
}

function putTogether(text: Uint8Array, bytes: Uint8Array): unknown {
  try {
    return fromJson(JSON.parse(decoder.decode(text)), bytes);
  } catch (error) {
    throw unreadable(String(error));
  }
}

/** Puts the bytes in their places. By hand: a reviver of `JSON.parse` takes three times as long. */
function fromJson(value: unknown, bytes: Uint8Array): unknown {
  if (typeof value === 'string') {
    if (!value.startsWith(mark)) return value;
    return value.startsWith(mark + mark) ? value.slice(mark.length) : bytesAt(value, bytes);
  }
  if (typeof value !== 'object' || value === null) return value;
  for (const [name, field] of Object.entries(value)) {
    const put = fromJson(field, bytes);
    // Not by assigning: a field may be called `__proto__`.
    if (put !== field) Object.defineProperty(value, name, { value: put });
  }
  return value;
}

function bytesAt(named: string, bytes: Uint8Array): Uint8Array {
  const [, from, length] = place.exec(named) ?? [];
  if (!(Number(from) + Number(length) <= bytes.length))
    throw new RangeError('It names bytes that it has not.');
  return new Uint8Array(bytes.buffer, bytes.byteOffset + Number(from), Number(length));
}

/** Room for bytes that have been announced: at first so much, which most pictures fit in, then eight times what has come. */
const firstRoom = 128 * 2 ** 20;
const growth = 8;

/** The same bytes with room for `needed` of the `wanted`, and more. The system gives the memory when it is filled. */
function withRoom(part: Uint8Array, needed: number, wanted: number): Uint8Array {
  if (needed <= part.length) return part;
  const larger = new Uint8Array(Math.min(wanted, Math.max(needed, firstRoom, growth * part.length)));
  larger.set(part);
  return larger;
}

function unreadable(detail: string): MillraceError {
  return new MillraceError('protocol-error', 'Something came that is no message.', { detail });
}
