// A process of its own that opens what was written, so that the memory of the one that asks stays its own.
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { loadCodecs } from '../../utility/codecs.ts';
import { decodeJxl } from '../../utility/image/jxl.ts';
import { probe } from '../../utility/image/probe.ts';

/** Answers with the size of the picture, decoded to its end, or with what is wrong. */
export interface Question {
  readonly id: number;
  readonly path: string;
}

export interface Answer {
  readonly id: number;
  readonly width?: number;
  readonly height?: number;
  readonly wrong?: string;
}

const codecs = await loadCodecs('native');

async function look(path: string): Promise<{ width: number; height: number }> {
  const bytes = await readFile(path);
  const { format } = await probe(bytes, path, codecs);
  if (format === 'jxl') {
    const header = await probe(bytes, path, codecs);
    const { width, height } = await decodeJxl(bytes, header, true, path);
    return { width, height };
  }
  const image = sharp(bytes, { failOn: 'warning', limitInputPixels: false, animated: true });
  const { width, height, pageHeight, orientation = 1 } = await image.metadata();
  await image.raw().toBuffer();
  const rows = pageHeight ?? height;
  return orientation >= 5 ? { width: rows, height: width } : { width, height: rows };
}

process.on('message', (question: Question) => {
  void look(question.path)
    .then(
      (size): Answer => ({ id: question.id, ...size }),
      (error: unknown): Answer => ({ id: question.id, wrong: String(error) }),
    )
    .then((answer) => process.send?.(answer));
});
process.on('disconnect', () => {
  process.exit(0);
});
process.send?.('ready');
