import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** Our end of a WebSocket of a page: whole binary messages, in order. */
export interface Socket {
  send(parts: readonly Uint8Array[]): void;
  close(): void;
}

export interface SocketListeners {
  readonly message: (bytes: Uint8Array) => void;
  /** Once, however it ended. */
  readonly close: () => void;
}

const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const binary = 2;
const closing = 8;
const ping = 9;

/** Accepts an upgrade request (RFC 6455): as much as the page's binary messages need. */
export function acceptSocket(
  request: IncomingMessage,
  stream: Duplex,
  { message, close }: SocketListeners,
): Socket {
  const accept = createHash('sha1')
    .update(`${request.headers['sec-websocket-key'] ?? ''}${guid}`)
    .digest('base64');
  stream.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  let closed = false;
  const end = (): void => {
    if (closed) return;
    closed = true;
    stream.destroy();
    close();
  };
  const send = (opcode: number, parts: readonly Uint8Array[]): void => {
    if (closed) return;
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    stream.cork();
    stream.write(frameHead(opcode, length));
    for (const part of parts) stream.write(part);
    stream.uncork();
  };
  stream.on(
    'data',
    frameReader((opcode, payload) => {
      if (opcode === binary) message(payload);
      else if (opcode === closing) end();
      else if (opcode === ping) send(10, [payload]);
      else throw new Error(`electron stand-in: a WebSocket frame with opcode ${String(opcode)}`);
    }),
  );
  stream.on('close', end);
  stream.on('error', end);
  return { send: (parts) => send(binary, parts), close: end };
}

function frameHead(opcode: number, length: number): Buffer {
  if (length < 126) return Buffer.from([0x80 | opcode, length]);
  const head = Buffer.alloc(length < 65_536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  if (length < 65_536) {
    head[1] = 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return head;
}

/** Takes the stream's pieces and tells whole messages; a page may send a long one in several frames. */
function frameReader(told: (opcode: number, payload: Buffer) => void): (piece: Buffer) => void {
  let pieces: Buffer[] = [];
  let have = 0;
  let need = 2;
  let message: { opcode: number; parts: Buffer[] } | undefined;

  /** Tells what the frame at the beginning needs, or takes it off. */
  function step(): boolean {
    const bytes = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
    if (bytes === undefined) return false;
    pieces = [bytes];
    const short = (bytes[1] ?? 0) & 0x7f;
    const lengthEnd = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (have < lengthEnd) return wants(lengthEnd);
    const length =
      short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
    const end = lengthEnd + 4 + length;
    if (have < end) return wants(end);
    const payload = Buffer.from(bytes.subarray(lengthEnd + 4, end));
    unmask(payload, bytes.subarray(lengthEnd, lengthEnd + 4));
    frame(bytes[0] ?? 0, payload);
    pieces = [bytes.subarray(end)];
    have -= end;
    return wants(2);
  }

  function wants(count: number): boolean {
    need = count;
    return have >= need;
  }

  function frame(first: number, payload: Buffer): void {
    const opcode = first & 0x0f;
    if (opcode >= closing) {
      told(opcode, payload);
      return;
    }
    message ??= { opcode, parts: [] };
    message.parts.push(payload);
    if ((first & 0x80) === 0) return;
    const { opcode: kind, parts } = message;
    message = undefined;
    told(kind, parts.length === 1 ? payload : Buffer.concat(parts));
  }

  return (piece) => {
    pieces.push(piece);
    have += piece.length;
    if (have < need) return;
    while (step());
  };
}

/** Four bytes at a time where the memory allows it: a page masks all it sends. */
function unmask(payload: Buffer, mask: Buffer): void {
  let at = 0;
  if (payload.byteOffset % 4 === 0) {
    const words = new Uint32Array(payload.buffer, payload.byteOffset, payload.length >> 2);
    const word = new Uint32Array(new Uint8Array(mask).buffer)[0] ?? 0;
    for (let index = 0; index < words.length; index += 1) words[index] = (words[index] ?? 0) ^ word;
    at = words.length * 4;
  }
  for (; at < payload.length; at += 1) payload[at] = (payload[at] ?? 0) ^ (mask[at & 3] ?? 0);
}
