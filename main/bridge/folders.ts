import { cp, rm } from 'node:fs/promises';
import { sourceError } from '../files/file-errors.ts';

/** Where the desk keeps and finds files. */
export interface DeskFolders {
  /** Ours, for pictures that come without a file. */
  readonly dropped: string;
  /** The sample pictures that come with Millrace, which may not be written to. */
  readonly samples: string;
  /** Ours, where the samples are copied to when they are asked for. */
  readonly samplesCopy: string;
  /** The person's, for outputs of links and of pictures that came without a file. */
  readonly outputs: string;
}

/**
 * Makes a fresh copy of the samples: outputs go beside their sources, and what comes with Millrace may not be written to.
 *
 * @throws MillraceError `source-*`
 */
export async function copySamples({ samples, samplesCopy }: DeskFolders): Promise<void> {
  try {
    await rm(samplesCopy, { recursive: true, force: true });
    await cp(samples, samplesCopy, { recursive: true });
  } catch (error) {
    throw sourceError(error, samples);
  }
}
