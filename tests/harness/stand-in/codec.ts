/** Turns messages into bytes and back, keeping what the structured clone algorithm keeps. */
export interface Codec {
  /** @throws DOMException `DataCloneError` for what cannot be cloned */
  encode(message: unknown): Uint8Array<ArrayBuffer>;
  decode(bytes: Uint8Array): unknown;
}

/**
 * One codec for both ends: Node's serialisation cannot be read by a page. Bytes stay bytes: they follow a JSON text of
 * the structure, so that a picture of many megabytes costs two copies and no more.
 *
 * The function refers to nothing outside itself: its source is also given to the page.
 */
export function createCodec(): Codec {
  /** Marks what JSON has no word for. An object of the message that has this key is written as a list of entries. */
  const mark = '$';

  function typed(kind: string, value?: unknown): object {
    return { [mark]: kind, v: value };
  }

  function pack(value: unknown, blobs: Uint8Array[], above: readonly object[]): unknown {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        return Number.isFinite(value) && !Object.is(value, -0)
          ? value
          : typed('number', Object.is(value, -0) ? '-0' : String(value));
      case 'undefined':
        return typed('undefined');
      case 'bigint':
        return typed('bigint', String(value));
      case 'function':
      case 'symbol':
        throw new DOMException(`${String(value)} could not be cloned.`, 'DataCloneError');
      case 'object':
        return value === null ? null : packObject(value, blobs, above);
    }
  }

  function packObject(value: object, blobs: Uint8Array[], above: readonly object[]): unknown {
    if (above.includes(value))
      throw new Error('electron stand-in: a message with a cycle is not implemented');
    const deeper = [...above, value];
    if (Array.isArray(value)) return value.map((item: unknown) => pack(item, blobs, deeper));
    if (ArrayBuffer.isView(value)) {
      const { buffer, byteOffset, byteLength } = value;
      blobs.push(new Uint8Array(buffer, byteOffset, byteLength));
      // Node's Buffer arrives as what it is: a Uint8Array.
      const tag = Object.prototype.toString.call(value).slice(8, -1);
      return typed(tag, byteLength);
    }
    if (value instanceof ArrayBuffer) {
      blobs.push(new Uint8Array(value));
      return typed('ArrayBuffer', value.byteLength);
    }
    if (value instanceof Date) return typed('Date', value.getTime());
    if (value instanceof Map) {
      return typed(
        'Map',
        [...value].map(([key, item]) => [pack(key, blobs, deeper), pack(item, blobs, deeper)]),
      );
    }
    if (value instanceof Set) {
      return typed(
        'Set',
        [...value].map((item) => pack(item, blobs, deeper)),
      );
    }
    if (value instanceof Error) {
      return typed('Error', { name: value.name, message: value.message, stack: value.stack });
    }
    const tag = Object.prototype.toString.call(value);
    if (tag !== '[object Object]') throw new DOMException(`${tag} could not be cloned.`, 'DataCloneError');
    const entries = Object.entries(value).map(([key, item]) => [key, pack(item, blobs, deeper)]);
    return Object.hasOwn(value, mark) ? typed('object', entries) : Object.fromEntries(entries);
  }

  function encode(message: unknown): Uint8Array<ArrayBuffer> {
    const blobs: Uint8Array[] = [];
    const text = new TextEncoder().encode(JSON.stringify(pack(message, blobs, [])));
    const length = blobs.reduce((sum, blob) => sum + blob.length, 4 + text.length);
    const bytes = new Uint8Array(length);
    new DataView(bytes.buffer).setUint32(0, text.length);
    bytes.set(text, 4);
    let at = 4 + text.length;
    for (const blob of blobs) {
      bytes.set(blob, at);
      at += blob.length;
    }
    return bytes;
  }

  function decode(bytes: Uint8Array): unknown {
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
    let at = 4 + length;
    const takeBytes = (count: number): ArrayBuffer => {
      const copy = new Uint8Array(bytes.subarray(at, at + count));
      at += count;
      return copy.buffer;
    };

    function unpack(value: unknown): unknown {
      if (typeof value !== 'object' || value === null) return value;
      if (Array.isArray(value)) return value.map(unpack);
      if (!(mark in value)) {
        return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unpack(item)]));
      }
      return unpackTyped(String(value[mark]), 'v' in value ? value.v : undefined);
    }

    function unpackTyped(kind: string, value: unknown): unknown {
      const list = Array.isArray(value) ? (value as unknown[]) : [];
      switch (kind) {
        case 'undefined':
          return undefined;
        case 'number':
          return Number(value);
        case 'bigint':
          return BigInt(String(value));
        case 'Date':
          return new Date(Number(value));
        case 'Map':
          return new Map(list.map((entry) => unpack(entry) as [unknown, unknown]));
        case 'Set':
          return new Set(list.map(unpack));
        case 'object':
          return Object.fromEntries(list.map((entry) => unpackEntry(entry)));
        case 'Error': {
          const { name, message, stack } = value as { name: string; message: string; stack?: string };
          return Object.assign(new Error(message), { name, stack });
        }
        case 'ArrayBuffer':
          return takeBytes(Number(value));
        case 'DataView':
          return new DataView(takeBytes(Number(value)));
        default:
          return view(kind, takeBytes(Number(value)));
      }
    }

    function unpackEntry(entry: unknown): [string, unknown] {
      const [key, item] = entry as [string, unknown];
      return [key, unpack(item)];
    }

    function view(kind: string, buffer: ArrayBuffer): unknown {
      const constructors: Record<string, new (buffer: ArrayBuffer) => ArrayBufferView> = {
        Uint8Array,
        Uint8ClampedArray,
        Int8Array,
        Uint16Array,
        Int16Array,
        Uint32Array,
        Int32Array,
        Float32Array,
        Float64Array,
        BigInt64Array,
        BigUint64Array,
      };
      const constructor = constructors[kind];
      if (constructor === undefined)
        throw new Error(`electron stand-in: ${kind} in a message is not implemented`);
      return new constructor(buffer);
    }

    return unpack(JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))));
  }

  return { encode, decode };
}
