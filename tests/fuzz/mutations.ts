import { sniffFormat } from '../../contract/sniff.ts';
import { containerOf, type Container } from './containers.ts';
import type { Random } from './random.ts';

/** A way to spoil a file. `other` is another file of the same format. */
export type Mutation = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

/** Ways that need to know nothing of the format. */
const blind: Readonly<Record<string, Mutation>> = {
  'bit flips': (bytes, random) => {
    const spoiled = bytes.slice();
    for (let flips = 1 + random.integer(16); flips > 0; flips -= 1) {
      const at = random.integer(spoiled.length);
      spoiled[at] = (spoiled[at] ?? 0) ^ (1 << random.integer(8));
    }
    return spoiled;
  },
  'a flip in the header': (bytes, random) => {
    const spoiled = bytes.slice();
    const at = random.integer(Math.min(64, spoiled.length));
    spoiled[at] = random.integer(256);
    return spoiled;
  },
  cut: (bytes, random) => bytes.slice(0, random.integer(bytes.length)),
  'a random tail': (bytes, random) =>
    join(bytes.subarray(0, random.integer(bytes.length)), random.bytes(random.integer(2000))),
  'more behind the end': (bytes, random) => join(bytes, random.bytes(1 + random.integer(500))),
  'a stretch left out': (bytes, random) => {
    const [from, to] = stretch(bytes, random);
    return join(bytes.subarray(0, from), bytes.subarray(to));
  },
  'a stretch twice': (bytes, random) => {
    const [from, to] = stretch(bytes, random);
    return join(bytes.subarray(0, to), bytes.subarray(from));
  },
  'a stretch of nothing': (bytes, random) => bytes.slice().fill(0, ...stretch(bytes, random)),
  'a stretch of noise': (bytes, random) => {
    const spoiled = bytes.slice();
    const [from, to] = stretch(bytes, random);
    spoiled.set(random.bytes(to - from), from);
    return spoiled;
  },
  'a telling number': (bytes, random) => withTellingNumber(bytes, random, bytes.length),
  'a telling number in the header': (bytes, random) => withTellingNumber(bytes, random, 256),
  "another's header": (bytes, random, other) => {
    const at = random.integer(Math.min(bytes.length, other.length));
    return join(other.subarray(0, at), bytes.subarray(at));
  },
};

/** Ways that keep a container's frame so that what is inside reaches the decoder. */
const aware: Readonly<Record<string, (container: Container) => Mutation>> = {
  'parts swapped': (container) => (bytes, random) =>
    rearranged(container, bytes, (parts) => {
      const [from, to] = [random.integer(parts.length), random.integer(parts.length)];
      [parts[from], parts[to]] = [parts[to] ?? bytes, parts[from] ?? bytes];
    }),
  'a part left out': (container) => (bytes, random) =>
    rearranged(container, bytes, (parts) => parts.splice(random.integer(parts.length), 1)),
  'a part many times': (container) => (bytes, random) =>
    rearranged(container, bytes, (parts) => {
      const at = random.integer(parts.length);
      const part = parts[at] ?? bytes;
      const times = Math.min(1 + random.integer(200), Math.ceil(200_000 / (part.length + 1)));
      parts.splice(at, 0, ...Array.from({ length: times }, () => part));
    }),
  "another's part": (container) => (bytes, random, other) =>
    rearranged(container, bytes, (parts) => {
      parts[random.integer(parts.length)] = random.pick(container.split(other));
    }),
  'a part spoiled and sealed': (container) => (bytes, random) =>
    rearranged(container, bytes, (parts) => {
      const at = random.integer(parts.length);
      const part = parts[at] ?? bytes;
      const way = random.pick(Object.values(blind));
      if (part.length > 0) parts[at] = container.seal(way(part, random, part));
    }),
  'a telling number in a part': (container) => (bytes, random) =>
    rearranged(container, bytes, (parts) => {
      const at = random.integer(parts.length);
      const part = parts[at] ?? bytes;
      parts[at] = container.seal(withTellingNumber(part, random, 64));
    }),
  'a wrong length': (container) => (bytes, random) =>
    rearranged(container, bytes, (parts) => {
      const at = random.integer(parts.length);
      parts[at] = container.misstate(parts[at] ?? bytes, random.pick(tellingNumbers));
    }),
};

export interface Spoiled {
  readonly bytes: Uint8Array;
  /** The ways it was spoiled, in words. */
  readonly how: string;
}

/** Spoils a file once or a few times; nine in ten so that they still pass for the format and reach its decoder. */
export function mutate(bytes: Uint8Array, other: Uint8Array, random: Random): Spoiled {
  const anyway = random.integer(10) === 0;
  for (;;) {
    const spoiled = spoil(bytes, other, random);
    if (anyway || sniffFormat(spoiled.bytes) === sniffFormat(bytes)) return spoiled;
  }
}

function spoil(bytes: Uint8Array, other: Uint8Array, random: Random): Spoiled {
  const container = containerOf(bytes);
  const ways: (readonly [string, Mutation])[] = Object.entries(blind);
  if (container !== undefined) {
    for (const [name, make] of Object.entries(aware)) {
      // Twice: what keeps the frame gets further.
      ways.push([name, make(container)], [name, make(container)]);
    }
  }
  const names: string[] = [];
  let spoiled = bytes;
  for (let times = random.pick([1, 1, 1, 2, 3]); times > 0 && spoiled.length > 0; times -= 1) {
    const [name, way] = random.pick(ways);
    names.push(name);
    spoiled = way(spoiled, random, other);
  }
  return { bytes: spoiled, how: names.join(', ') };
}

/** Where sizes, counts and offsets go wrong. */
const tellingNumbers = [
  0, 1, 2, 7, 0x7f, 0x80, 0xff, 0x100, 0x3fff, 0x4000, 0x7fff, 0x8000, 0xffff, 0x1_0000, 60_000, 1_000_000,
  0xff_ffff, 0x0fff_ffff, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_ffff,
];

function withTellingNumber(bytes: Uint8Array, random: Random, within: number): Uint8Array {
  const spoiled = bytes.slice();
  const size = random.pick([1, 2, 4]);
  if (spoiled.length < size) return spoiled;
  const at = random.integer(Math.min(within, spoiled.length - size + 1));
  const view = new DataView(spoiled.buffer, spoiled.byteOffset, spoiled.byteLength);
  const number = random.pick(tellingNumbers);
  const little = random.integer(2) === 0;
  if (size === 1) view.setUint8(at, number & 0xff);
  else if (size === 2) view.setUint16(at, number & 0xffff, little);
  else view.setUint32(at, number, little);
  return spoiled;
}

function stretch(bytes: Uint8Array, random: Random): [from: number, to: number] {
  const from = random.integer(bytes.length);
  return [from, Math.min(bytes.length, from + 1 + random.integer(random.pick([4, 64, 1024])))];
}

function rearranged(
  container: Container,
  bytes: Uint8Array,
  change: (parts: Uint8Array[]) => void,
): Uint8Array {
  const parts = container.split(bytes);
  if (parts.length > 0) change(parts);
  return container.join(parts);
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
