import type { OutputFormat } from '../../../contract/formats.ts';
import type { Codecs } from '../../codecs.ts';
import type { Setting } from '../encode-settings.ts';
import type { Pixels } from '../pixels.ts';
import { createScorer, type ScorePicture } from '../score/score.ts';
import type { EncodedFile } from './encode-job.ts';
import { asShown, readBack } from './read-back.ts';
import type { Trial } from './trial.ts';

export interface ScoredFile extends Trial {
  readonly file: EncodedFile;
}

/** Encodes one picture again and again, and says each time how the result looks beside it. */
export interface ScoredEncoder extends Disposable {
  attempt(setting: Setting): Promise<ScoredFile>;
  /** Pixels that have been encoded so far. */
  readonly pixelsEncoded: number;
}

export async function createScoredEncoder(
  pixels: Pixels,
  to: OutputFormat,
  encode: (setting: Setting) => Promise<EncodedFile>,
  codecs: Codecs,
): Promise<ScoredEncoder> {
  const scorer = createScorer(scorePicture(await asShown(pixels, codecs)));
  let pixelsEncoded = 0;

  async function score(file: Uint8Array): Promise<number> {
    return scorer.score(scorePicture(await readBack(file, to, pixels, codecs)));
  }

  return {
    async attempt(setting) {
      const file = await encode(setting);
      pixelsEncoded += pixels.width * pixels.height;
      return { ...setting, bytes: file.bytes.byteLength, score: await score(file.bytes), file };
    },
    get pixelsEncoded() {
      return pixelsEncoded;
    },
    [Symbol.dispose]() {
      scorer.dispose();
    },
  };
}

/** The score of a file that was made from these pixels. */
export async function scoreFile(
  bytes: Uint8Array,
  pixels: Pixels,
  to: OutputFormat,
  codecs: Codecs,
): Promise<number> {
  const scorer = createScorer(scorePicture(await asShown(pixels, codecs)));
  try {
    return scorer.score(scorePicture(await readBack(bytes, to, pixels, codecs)));
  } finally {
    scorer.dispose();
  }
}

function scorePicture({ data, width, height, channels }: Pixels): ScorePicture {
  if (data instanceof Uint16Array) throw new TypeError('the measure takes 8 bits');
  return { data, width, height, channels };
}
