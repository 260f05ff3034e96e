import { formatLabel, formatTraits, type OutputFormat } from '../../contract/formats.ts';
import type { Fidelity } from '../../contract/report.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { Header } from './header.ts';

/** What became of everything about the picture itself that could have been lost without anyone noticing. */
export function pictureFidelity(
  source: Header,
  output: Header,
  to: OutputFormat,
  recipe: Recipe,
): Fidelity[] {
  return [
    ...orientation(source),
    ...profile(source, output, to),
    ...transparency(source, output, to, recipe),
    ...frames(source, output, to),
    ...bitDepth(source, output, to),
    ...(source.gainMap
      ? [dropped('gain-map', 'the brighter version for HDR screens; the picture itself is unchanged')]
      : []),
    ...(source.format === 'svg'
      ? [converted('vectors', `drawn as ${String(output.width)}x${String(output.height)} pixels`)]
      : []),
  ];
}

function orientation(source: Header): Fidelity[] {
  if (source.orientation === 1) return [];
  return [converted('orientation', 'the pixels were turned upright, so that every program shows them so')];
}

function profile(source: Header, output: Header, to: OutputFormat): Fidelity[] {
  if (source.model === 'cmyk' || source.model === 'lab') {
    return [converted('profile', `${source.colour} was converted to sRGB, which screens show`)];
  }
  if (source.metadata.icc === undefined) return [];
  if (output.metadata.icc !== undefined) return [kept('profile', source.colour)];
  if (source.colour === output.colour || /sRGB/i.test(source.colour)) {
    return [kept('profile', 'sRGB, which is what a picture without a profile means')];
  }
  return [
    converted(
      'profile',
      `${source.colour} was converted to sRGB${to === 'gif' ? ', since GIF holds no profile' : ''}`,
    ),
  ];
}

function transparency(source: Header, output: Header, to: OutputFormat, recipe: Recipe): Fidelity[] {
  if (!source.transparency) return [];
  if (output.transparency)
    return [
      to === 'gif'
        ? converted('transparency', 'GIF pixels are transparent or not, nothing between')
        : kept('transparency', ''),
    ];
  if (formatTraits[to].transparency) return [kept('transparency', 'every pixel is opaque')];
  return [
    dropped('transparency', `${formatTraits[to].label} has none; ${recipe.background} stands behind it`),
  ];
}

function frames(source: Header, output: Header, to: OutputFormat): Fidelity[] {
  if (source.frames === 1) return [];
  if (output.frames > 1) return [kept('frames', `${String(output.frames)} frames`)];
  return [
    dropped(
      'frames',
      `${String(source.frames)} frames became one: Millrace writes ${formatTraits[to].label} that stands still`,
    ),
  ];
}

function bitDepth(source: Header, output: Header, to: OutputFormat): Fidelity[] {
  if (source.bitDepth <= 8) return [];
  if (output.bitDepth >= source.bitDepth) return [kept('bit-depth', `${String(source.bitDepth)} bits`)];
  return [
    converted(
      'bit-depth',
      `${String(source.bitDepth)} bits a channel of ${formatLabel(source.format)} became ${String(output.bitDepth)} in ${formatTraits[to].label}`,
    ),
  ];
}

function kept(aspect: Fidelity['aspect'], note: string): Fidelity {
  return { aspect, fate: 'kept', note };
}

function converted(aspect: Fidelity['aspect'], note: string): Fidelity {
  return { aspect, fate: 'converted', note };
}

function dropped(aspect: Fidelity['aspect'], note: string): Fidelity {
  return { aspect, fate: 'dropped', note };
}
