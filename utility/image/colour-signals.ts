import type { InputFormat } from '../../contract/formats.ts';
import type { ColourModel } from './icc.ts';
import {
  greyProfile,
  matrixProfile,
  type Chromaticity,
  type Primaries,
  type Transfer,
} from './matrix-profile.ts';
import { readPngChunks } from './png-chunks.ts';

/** What a file says of its colours in other words than a profile's, where that is not sRGB. */
export interface ColourSignal {
  /** As a person calls it. */
  readonly name: string;
  /** A profile that means the same; absent where none can, as for the brightness of HDR. */
  readonly profile?: Uint8Array;
  /** It counts even where there is a profile. */
  readonly outranks: boolean;
}

/**
 * Chunks of a PNG (W3C PNG third edition, 4.3: cICP outranks iCCP, that outranks sRGB, that outranks cHRM and gAMA), and
 * the code points (ITU-T H.273) of AVIF and HEIC, which a profile outranks.
 */
export function readColourSignal(
  bytes: Uint8Array,
  format: InputFormat,
  model: ColourModel,
): ColourSignal | undefined {
  if (format === 'png') return fromPng(bytes, model);
  if (format === 'avif' || format === 'heic') {
    const contents = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, contentsLength));
    const at = contents.indexOf('colrnclx');
    if (at === -1 || at + 12 > contents.length) return undefined;
    return fromCodePoints(contents.readUInt16BE(at + 8), contents.readUInt16BE(at + 10), model, false);
  }
  return undefined;
}

/** How far into an AVIF its table of contents may reach. */
const contentsLength = 65_536;

const d65: Chromaticity = [0.3127, 0.329];
const srgbPrimaries: Primaries = { white: d65, red: [0.64, 0.33], green: [0.3, 0.6], blue: [0.15, 0.06] };

interface NamedPrimaries {
  readonly name: string;
  readonly primaries: Primaries;
}

/** ITU-T H.273, table 2. 2 is for not said. */
const codedPrimaries: ReadonlyMap<number, NamedPrimaries> = new Map([
  [1, { name: 'sRGB', primaries: srgbPrimaries }],
  [2, { name: 'sRGB', primaries: srgbPrimaries }],
  [
    9,
    {
      name: 'BT.2020',
      primaries: { white: d65, red: [0.708, 0.292], green: [0.17, 0.797], blue: [0.131, 0.046] },
    },
  ],
  [
    12,
    {
      name: 'Display P3',
      primaries: { white: d65, red: [0.68, 0.32], green: [0.265, 0.69], blue: [0.15, 0.06] },
    },
  ],
]);

/** ITU-T H.273, table 3. The curves of television are taken for that of sRGB, as screens show them. */
const codedTransfers: ReadonlyMap<number, Transfer> = new Map<number, Transfer>([
  ...[1, 2, 6, 13, 14, 15].map((code) => [code, 'srgb'] as const),
  [4, 2.2],
  [5, 2.8],
  [8, 1],
]);

const hdrTransfers: ReadonlyMap<number, string> = new Map([
  [16, 'HDR (PQ)'],
  [18, 'HDR (HLG)'],
]);

function fromCodePoints(
  primaries: number,
  transfer: number,
  model: ColourModel,
  outranks: boolean,
): ColourSignal | undefined {
  const named = codedPrimaries.get(primaries);
  const curve = codedTransfers.get(transfer);
  if (named !== undefined && curve !== undefined) {
    return signal(named.name, named.primaries, curve, model, outranks);
  }
  const gamut = named?.name ?? `colours of code ${String(primaries)}`;
  const light =
    curve === undefined ? (hdrTransfers.get(transfer) ?? `light of code ${String(transfer)}`) : '';
  return { name: [gamut, light].filter((part) => part !== '').join(', '), outranks };
}

function fromPng(bytes: Uint8Array, model: ColourModel): ColourSignal | undefined {
  let primaries: Primaries | undefined;
  let transfer: Transfer | undefined;
  let isSrgb = false;
  for (const { type, data } of readPngChunks(bytes)) {
    if (type === 'IDAT') break;
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    if (type === 'cICP' && data.length === 4) {
      return fromCodePoints(view.getUint8(0), view.getUint8(1), model, true);
    }
    if (type === 'sRGB') isSrgb = true;
    else if (type === 'cHRM' && data.length === 32) primaries = readChromaticities(view);
    else if (type === 'gAMA' && data.length === 4) transfer = readGamma(view.getUint32(0));
  }
  if (isSrgb || (primaries === undefined && transfer === undefined)) return undefined;
  const gamut = primaries === undefined ? 'sRGB' : 'RGB of its own';
  return signal(gamut, primaries ?? srgbPrimaries, transfer ?? 'srgb', model, false);
}

/** W3C PNG third edition, 11.3.2.1. */
function readChromaticities(view: DataView): Primaries | undefined {
  const at = (index: number): Chromaticity => [
    view.getUint32(index * 8) / 100_000,
    view.getUint32(index * 8 + 4) / 100_000,
  ];
  const primaries = { white: at(0), red: at(1), green: at(2), blue: at(3) };
  const near = (['white', 'red', 'green', 'blue'] as const).every((which) =>
    primaries[which].every((value, axis) => Math.abs(value - (srgbPrimaries[which][axis] ?? 0)) < 0.001),
  );
  return near ? undefined : primaries;
}

/** 1 / 2.2 is what writers of sRGB put there for old programs. */
const gammaOfSrgb = 45_455;

/** W3C PNG third edition, 11.3.2.2. */
function readGamma(gamma: number): Transfer | undefined {
  return gamma === 0 || Math.abs(gamma - gammaOfSrgb) < 1000 ? undefined : 100_000 / gamma;
}

function signal(
  gamut: string,
  primaries: Primaries,
  transfer: Transfer,
  model: ColourModel,
  outranks: boolean,
): ColourSignal | undefined {
  const grey = model === 'grey';
  if (transfer === 'srgb' && (grey || primaries === srgbPrimaries)) return undefined;
  const light = transfer === 'srgb' ? '' : `gamma ${transfer.toFixed(1)}`;
  const name = [grey ? 'grey' : gamut, light].filter((part) => part !== '').join(', ');
  const profile = grey ? greyProfile(name, transfer) : matrixProfile(name, primaries, transfer);
  return { name, outranks, ...(profile === undefined ? {} : { profile }) };
}
