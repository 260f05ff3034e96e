import { formatLabel, formatTraits, type OutputFormat } from '../../../contract/formats.ts';
import type { Fidelity } from '../../../contract/report.ts';
import { maxJpegExif, maxJpegIptc } from './embed-jpeg.ts';
import { hasGps, hasMakerNote, refreshExif, withoutGps } from './exif-edit.ts';
import { essentialExif } from './exif-essentials.ts';
import { essentialIptc } from './iptc.ts';
import { carriedComments, type Comments } from './comments.ts';
import type { Metadata, MetadataPolicy } from './metadata.ts';
import { essentialXmp, hasCoordinates, refreshXmp, withoutCoordinates } from './xmp.ts';

export interface PolicyOutcome {
  /** What the output shall carry. */
  readonly metadata: Metadata;
  /** What became of EXIF, GPS, XMP, IPTC and comments; only of those that the source had. */
  readonly fidelity: Fidelity[];
}

export interface MetadataTarget {
  readonly format: OutputFormat;
  /** Pixels of one frame of the output. */
  readonly width: number;
  readonly height: number;
}

/**
 * Decides what of a source's metadata the output carries, and says what became of each block.
 *
 * `keep` hands on everything that the target can hold, made true for the new picture (orientation, dimensions, no
 * thumbnail). `copyright` hands on who made the picture, whose it is and when it was made. `strip` hands on nothing.
 * `gps: 'strip'` takes the location out of what is handed on; what cannot be proven free of it (a damaged block, text in
 * comments) is dropped. The profile passes through untouched. Never throws, however damaged the blocks are.
 */
export function applyPolicy(source: Metadata, policy: MetadataPolicy, target: MetadataTarget): PolicyOutcome {
  const outcomes = (['exif', 'xmp', 'iptc'] as const).flatMap((aspect) => {
    const block = source[aspect];
    return block === undefined ? [] : [{ aspect, ...decide(aspect, block, policy, target) }];
  });
  const comments = source.comments === undefined ? undefined : commentsFor(source.comments, policy, target);
  const metadata: Metadata = {
    ...Object.fromEntries(
      outcomes.flatMap(({ aspect, block }) => (block === undefined ? [] : [[aspect, block]])),
    ),
    ...(source.icc === undefined ? {} : { icc: source.icc }),
    ...(comments === undefined ? {} : { comments }),
  };
  const fidelity: Fidelity[] = outcomes.map(({ aspect, fate, note }) => ({ aspect, fate, note }));
  if (source.comments !== undefined)
    fidelity.push(commentsFidelity(source.comments, comments, policy, target));
  if (saysWhere(source)) fidelity.push(gpsFidelity(metadata, policy, target));
  return { metadata, fidelity };
}

type Aspect = 'exif' | 'xmp' | 'iptc';

interface Decision {
  readonly block?: Uint8Array;
  readonly fate: Fidelity['fate'];
  readonly note: string;
}

const labels = { exif: 'EXIF', xmp: 'XMP', iptc: 'IPTC' } as const;

/** What each format gets as Millrace writes it: libvips' TIFF saver writes no EXIF, and IPTC has a place in JPEG alone. */
const holds: Readonly<Record<OutputFormat, readonly Aspect[]>> = {
  jpeg: ['exif', 'xmp', 'iptc'],
  png: ['exif', 'xmp'],
  webp: ['exif', 'xmp'],
  avif: ['exif', 'xmp'],
  jxl: ['exif', 'xmp'],
  gif: [],
  tiff: ['xmp'],
};

/** libvips reads EXIF and writes it anew here, where it cannot be spliced in: maker notes move, so they may break. */
const rewritten: readonly OutputFormat[] = ['avif', 'jxl'];

function decide(aspect: Aspect, block: Uint8Array, policy: MetadataPolicy, target: MetadataTarget): Decision {
  if (policy.metadata === 'strip') return dropped('the recipe strips metadata');
  if (!holds[target.format].includes(aspect))
    return dropped(`Millrace writes no ${labels[aspect]} into ${formatTraits[target.format].label}`);
  return policy.metadata === 'copyright'
    ? reduce(aspect, block, target)
    : keep(aspect, block, policy, target);
}

function keep(aspect: Aspect, block: Uint8Array, policy: MetadataPolicy, target: MetadataTarget): Decision {
  const whole = refresh(aspect, block, policy.gps, target);
  if (whole === undefined)
    return dropped(
      `it is damaged, so that the location in it could not be proven gone; the recipe strips GPS`,
    );
  if (aspect === 'exif' && rewritten.includes(target.format) && hasMakerNote(whole))
    return { block: whole, fate: 'converted', note: `${keptNotes.exif}; ${makerNoteNote}` };
  if (fits(aspect, whole, target)) return { block: whole, fate: 'kept', note: keptNotes[aspect] };
  const reduced = reduce(aspect, block, target);
  return { ...reduced, note: `${tooLarge(aspect, whole)}; ${reduced.note}` };
}

const keptNotes = {
  exif: 'orientation and dimensions are those of the output; the embedded thumbnail, if any, is left out',
  xmp: 'orientation and dimensions are those of the output',
  iptc: 'unchanged',
} as const;
const makerNoteNote = "the encoder writes EXIF anew, so the camera maker's private notes may not be readable";

function refresh(
  aspect: Aspect,
  block: Uint8Array,
  gps: MetadataPolicy['gps'],
  target: MetadataTarget,
): Uint8Array | undefined {
  switch (aspect) {
    case 'exif': {
      const exif = refreshExif(block, target);
      return gps === 'strip' ? withoutGps(exif) : exif;
    }
    case 'xmp': {
      const xmp = refreshXmp(block, target);
      return gps === 'strip' ? withoutCoordinates(xmp) : xmp;
    }
    case 'iptc':
      // IIM has names of places and no coordinates.
      return block;
  }
}

function reduce(aspect: Aspect, block: Uint8Array, target: MetadataTarget): Decision {
  const reducers = { exif: essentialExif, xmp: essentialXmp, iptc: essentialIptc };
  const reduced = reducers[aspect](block);
  if (reduced === undefined) return dropped('it has no copyright, artist or dates that could be kept');
  if (!fits(aspect, reduced, target)) return dropped(tooLarge(aspect, reduced));
  return { block: reduced, fate: 'converted', note: 'reduced to copyright, authorship and dates' };
}

/** JPEG's segments are small; XMP alone may continue in others. */
function fits(aspect: Aspect, block: Uint8Array, target: MetadataTarget): boolean {
  if (target.format !== 'jpeg' || aspect === 'xmp') return true;
  return block.length <= (aspect === 'exif' ? maxJpegExif : maxJpegIptc);
}

function tooLarge(aspect: Aspect, block: Uint8Array): string {
  return `its ${String(block.length)} bytes are more than a JPEG can hold of ${labels[aspect]}`;
}

function dropped(note: string): Decision {
  return { fate: 'dropped', note };
}

/** Text is not searched for a location: where that must go, what tells neither who nor when goes with it. */
function commentsFor(
  comments: Comments,
  { metadata, gps }: MetadataPolicy,
  { format }: MetadataTarget,
): Comments | undefined {
  if (metadata === 'strip') return undefined;
  return carriedComments(comments, format, metadata === 'copyright' || gps === 'strip');
}

function commentsFidelity(
  source: Comments,
  output: Comments | undefined,
  policy: MetadataPolicy,
  { format }: MetadataTarget,
): Fidelity {
  const aspect = 'comments';
  const left = source.parts.length - (output?.parts.length ?? 0);
  if (left === 0) return { aspect, fate: 'kept', note: 'text and times in the file, unchanged' };
  const fate = output === undefined ? 'dropped' : 'converted';
  if (policy.metadata === 'strip') return { aspect, fate, note: 'the recipe strips metadata' };
  if (source.format !== format || format === 'gif') {
    const [from, to] = [formatLabel(source.format), formatTraits[format].label];
    return { aspect, fate, note: `Millrace carries none from ${from} into ${to}` };
  }
  if (policy.metadata === 'copyright')
    return { aspect, fate, note: 'reduced to copyright, authorship and dates' };
  return policy.gps === 'strip'
    ? {
        aspect,
        fate,
        note: 'reduced to copyright, authorship and dates: a location may be in any other text',
      }
    : { aspect, fate, note: 'without blocks that are for certain programs and may speak of the old file' };
}

function saysWhere(metadata: Metadata): boolean {
  return (
    (metadata.exif !== undefined && hasGps(metadata.exif)) ||
    (metadata.xmp !== undefined && hasCoordinates(metadata.xmp))
  );
}

function gpsFidelity(output: Metadata, policy: MetadataPolicy, target: MetadataTarget): Fidelity {
  if (saysWhere(output)) return { aspect: 'gps', fate: 'kept', note: 'the location stays in the metadata' };
  if (policy.gps === 'strip')
    return {
      aspect: 'gps',
      fate: 'dropped',
      note: "the recipe strips GPS; a camera maker's private notes are not searched",
    };
  if (policy.metadata !== 'keep')
    return { aspect: 'gps', fate: 'dropped', note: 'the recipe does not keep the metadata that held it' };
  return {
    aspect: 'gps',
    fate: 'dropped',
    note: `the metadata that held it could not be carried over to ${formatTraits[target.format].label}`,
  };
}
