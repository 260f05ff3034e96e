import sharp from 'sharp';
import type { Work } from '../works.ts';

sharp.concurrency(1);
sharp.cache(false);

export default async function convert(job: {
  file: string;
  target: string;
  sharp: Work['sharp'];
}): Promise<void> {
  await sharp(job.file)
    .toFormat(...job.sharp)
    .toFile(job.target);
}
