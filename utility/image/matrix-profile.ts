/** CIE 1931 x and y. */
export type Chromaticity = readonly [x: number, y: number];

export interface Primaries {
  readonly white: Chromaticity;
  readonly red: Chromaticity;
  readonly green: Chromaticity;
  readonly blue: Chromaticity;
}

/** How numbers become light: as IEC 61966-2-1 has it, or to the power of this. */
export type Transfer = 'srgb' | number;

/**
 * A profile (ICC.1:2022, version 4) for RGB of these primaries.
 *
 * @returns undefined for primaries that span no colours
 */
export function matrixProfile(
  name: string,
  primaries: Primaries,
  transfer: Transfer,
): Uint8Array | undefined {
  const columns = adaptedPrimaries(primaries);
  if (columns === undefined) return undefined;
  const curve = curveTag(transfer);
  return writeProfile('RGB ', name, [
    ...(['rXYZ', 'gXYZ', 'bXYZ'] as const).map((tag, at) => [tag, xyzTag(columns[at] ?? d50)] as const),
    ...(['rTRC', 'gTRC', 'bTRC'] as const).map((tag) => [tag, curve] as const),
  ]);
}

/** The same for grey. */
export function greyProfile(name: string, transfer: Transfer): Uint8Array {
  return writeProfile('GRAY', name, [['kTRC', curveTag(transfer)]]);
}

type Vector = readonly [number, number, number];
type Matrix = readonly [Vector, Vector, Vector];

/** The white of profiles: ICC.1:2022, 7.2.16. */
const d50: Vector = [0.9642, 1, 0.8249];

/** To the responses of cones in the Bradford model: ICC.1:2022, annex E. */
const bradford: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
];

/** XYZ of full red, green and blue beside the white of profiles: ICC.1:2022, annex E and SMPTE RP 177. */
function adaptedPrimaries({ white, red, green, blue }: Primaries): readonly Vector[] | undefined {
  if ([white, red, green, blue].some(([, y]) => !(y > 0))) return undefined;
  const [r, g, b, w] = [toXyz(red), toXyz(green), toXyz(blue), toXyz(white)];
  const inverse = inverted([
    [r[0], g[0], b[0]],
    [r[1], g[1], b[1]],
    [r[2], g[2], b[2]],
  ]);
  const cones = inverted(bradford);
  if (inverse === undefined || cones === undefined) return undefined;
  const share = times(inverse, w);
  const [from, to] = [times(bradford, w), times(bradford, d50)];
  return [r, g, b].map((primary, at) => {
    const response = times(bradford, scaled(primary, share[at] ?? 0));
    return times(cones, [
      (response[0] * to[0]) / from[0],
      (response[1] * to[1]) / from[1],
      (response[2] * to[2]) / from[2],
    ]);
  });
}

function toXyz([x, y]: Chromaticity): Vector {
  return [x / y, 1, (1 - x - y) / y];
}

function scaled([x, y, z]: Vector, by: number): Vector {
  return [x * by, y * by, z * by];
}

function times([a, b, c]: Matrix, vector: Vector): Vector {
  const row = (of: Vector): number => of[0] * vector[0] + of[1] * vector[1] + of[2] * vector[2];
  return [row(a), row(b), row(c)];
}

function inverted([[a, b, c], [d, e, f], [g, h, i]]: Matrix): Matrix | undefined {
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  if (!(Math.abs(determinant) > 1e-6)) return undefined;
  return [
    scaled([e * i - f * h, c * h - b * i, b * f - c * e], 1 / determinant),
    scaled([f * g - d * i, a * i - c * g, c * d - a * f], 1 / determinant),
    scaled([d * h - e * g, b * g - a * h, a * e - b * d], 1 / determinant),
  ];
}

/** Gamma, a, b, c and d of sRGB: function type 3 of ICC.1:2022, table 68. */
const srgbParameters = [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045];

function curveTag(transfer: Transfer): Buffer {
  const parameters = transfer === 'srgb' ? srgbParameters : [transfer];
  const kind = Buffer.from([0, transfer === 'srgb' ? 3 : 0, 0, 0]);
  return tagOf('para', kind, ...parameters.map(fixed));
}

function xyzTag(vector: Vector): Buffer {
  return tagOf('XYZ ', ...vector.map(fixed));
}

/** One text in English: ICC.1:2022, 10.15. */
function textTag(text: string): Buffer {
  const letters = Buffer.from(text, 'utf16le').swap16();
  return tagOf(
    'mluc',
    uint32(1),
    uint32(12),
    Buffer.from('enUS'),
    uint32(letters.length),
    uint32(28),
    letters,
  );
}

function tagOf(type: string, ...parts: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from(type), Buffer.alloc(4), ...parts]);
}

/** s15Fixed16Number. */
function fixed(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(Math.round(value * 65_536));
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Header, table and tags: ICC.1:2022, 7.1 to 7.3. */
function writeProfile(
  space: 'RGB ' | 'GRAY',
  name: string,
  colours: readonly (readonly [string, Buffer])[],
): Uint8Array {
  const tags = [
    ['desc', textTag(name)],
    ['cprt', textTag('No copyright, use freely')],
    ['wtpt', xyzTag(d50)],
    ...colours,
  ] as const;
  const table: Buffer[] = [uint32(tags.length)];
  const values: Buffer[] = [];
  let at = 128 + 4 + tags.length * 12;
  for (const [signature, value] of tags) {
    table.push(Buffer.from(signature), uint32(at), uint32(value.length));
    const padded = Buffer.concat([value, Buffer.alloc(-value.length & 3)]);
    values.push(padded);
    at += padded.length;
  }
  const header = Buffer.alloc(128);
  header.writeUInt32BE(at);
  header.writeUInt32BE(0x04_30_00_00, 8);
  header.write(`mntr${space}XYZ `, 12, 'latin1');
  header.write('acsp', 36, 'latin1');
  Buffer.concat(d50.map(fixed)).copy(header, 68);
  return new Uint8Array(Buffer.concat([header, ...table, ...values]));
}
