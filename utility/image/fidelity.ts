import { formatLabel, formatTraits, type OutputFormat } from '../../contract/formats.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { Aspect, Fidelity } from '../../contract/report.ts';
import { countedFrames, moves, type Header } from './header.ts';
import { describes } from './icc.ts';

/**
 * What became of everything about the picture itself that could have been lost without anyone noticing.
 *
 * @param encodedDepth bits a channel that the encoder was given
 */
export function pictureFidelity(
  source: Header,
  output: Header,
  to: OutputFormat,
  recipe: Recipe,
  encodedDepth: 8 | 16,
): Fidelity[] {
  return [
    ...orientation(source, output),
    ...profile(source, output, to, recipe),
    ...unheeded(source),
    ...transparency(source, output, to, recipe),
    ...frames(source, output, to),
    ...bitDepth(source, output, to, encodedDepth),
    ...gainMap(source, output),
    ...vectors(source, output),
  ];
}

/** Everything that the source had, when its own bytes are the output. */
export function allKept(source: Header, metadata: readonly Fidelity[]): Fidelity[] {
  const had: [Aspect, boolean][] = [
    ['orientation', source.orientation !== 1],
    ['profile', source.metadata.icc !== undefined || source.unheeded !== undefined],
    ['transparency', source.transparency],
    ['frames', source.frames > 1],
    ['bit-depth', source.bitDepth > 8],
    ['gain-map', source.gainMap],
  ];
  const aspects = [
    ...had.filter(([, has]) => has).map(([aspect]) => aspect),
    ...metadata.map(({ aspect }) => aspect),
  ];
  return aspects.map((aspect) => kept(aspect, 'the output is the original, byte for byte'));
}

function orientation(source: Header, output: Header): Fidelity[] {
  if (source.orientation === 1) return [];
  if (output.orientation === source.orientation) {
    return [kept('orientation', 'the pixels lie as they did, and the same note says how to turn them')];
  }
  return [converted('orientation', 'the pixels were turned upright, so that every program shows them so')];
}

function profile(source: Header, output: Header, to: OutputFormat, recipe: Recipe): Fidelity[] {
  if (source.model === 'cmyk' || source.model === 'lab') {
    return [converted('profile', `${source.colour} was converted to sRGB, which screens show`)];
  }
  const { icc } = source.metadata;
  if (icc === undefined) return [];
  if (!describes(icc, source.model)) {
    return [dropped('profile', 'it is damaged or made for another kind of picture; nothing could use it')];
  }
  if (source.profile === undefined) {
    return [kept('profile', 'sRGB, which is what a picture without a profile means')];
  }
  if (output.profile !== undefined) return [kept('profile', source.colour)];
  return [converted('profile', `${source.colour} was converted to sRGB: ${whySrgb(source, to, recipe)}`)];
}

function unheeded({ unheeded: said, colour }: Header): Fidelity[] {
  if (said === undefined) return [];
  return [dropped('profile', `${said} is not honoured; the numbers are taken for ${colour}`)];
}

function whySrgb(source: Header, to: OutputFormat, recipe: Recipe): string {
  if (recipe.colour === 'srgb') return 'the recipe asks for it';
  if (to === 'gif') return 'GIF holds no profile';
  if (source.model === 'grey') return 'it is made for grey, and the picture is written as RGB';
  return `the background ${recipe.background} is sRGB`;
}

function transparency(source: Header, output: Header, to: OutputFormat, recipe: Recipe): Fidelity[] {
  if (!source.transparency) return [];
  if (!output.transparency) {
    return formatTraits[to].transparency
      ? [kept('transparency', 'no pixel made use of it')]
      : [
          dropped(
            'transparency',
            `${formatTraits[to].label} has none; ${recipe.background} stands behind it`,
          ),
        ];
  }
  return to === 'gif' && source.format !== 'gif'
    ? [converted('transparency', 'pixels of a GIF are transparent or not, nothing between')]
    : [kept('transparency', 'every step of it')];
}

function frames(source: Header, output: Header, to: OutputFormat): Fidelity[] {
  if (source.frames === 1) return [];
  const before = String(source.frames);
  if (!moves(source)) {
    return [dropped('frames', `${countedFrames(source)} became one, the main one`)];
  }
  if (output.frames === source.frames) return [kept('frames', `all ${before}`)];
  if (formatTraits[to].animation) {
    const after = String(output.frames);
    return [kept('frames', `${before} as ${after}: equal ones in a row were joined and stand as long`)];
  }
  return [
    dropped(
      'frames',
      `${before} frames became one: Millrace writes ${formatTraits[to].label} that stands still`,
    ),
  ];
}

function bitDepth(source: Header, output: Header, to: OutputFormat, encodedDepth: 8 | 16): Fidelity[] {
  if (source.bitDepth <= 8) return [];
  const before = `${String(source.bitDepth)} bits a channel`;
  if (output.bitDepth >= source.bitDepth) return [kept('bit-depth', before)];
  if (encodedDepth >= source.bitDepth) {
    return [kept('bit-depth', `${before}, of which no more than ${String(output.bitDepth)} were in use`)];
  }
  return [
    converted(
      'bit-depth',
      `${before} in ${formatLabel(source.format)} became ${String(output.bitDepth)} in ${formatTraits[to].label}`,
    ),
  ];
}

function gainMap(source: Header, output: Header): Fidelity[] {
  if (!source.gainMap) return [];
  return output.gainMap
    ? [kept('gain-map', 'unchanged')]
    : [dropped('gain-map', 'the brighter version for HDR screens; the picture itself is unchanged')];
}

function vectors(source: Header, output: Header): Fidelity[] {
  if (source.format !== 'svg') return [];
  return [converted('vectors', `drawn as ${String(output.width)}x${String(output.height)} pixels`)];
}

function kept(aspect: Aspect, note: string): Fidelity {
  return { aspect, fate: 'kept', note };
}

function converted(aspect: Aspect, note: string): Fidelity {
  return { aspect, fate: 'converted', note };
}

function dropped(aspect: Aspect, note: string): Fidelity {
  return { aspect, fate: 'dropped', note };
}
