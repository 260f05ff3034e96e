import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { picture } from '../../fixtures/pictures.ts';
import { events, startCli } from '../../fixtures/run-cli.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

it.each(['native', 'wasm'])('MILLRACE_CODECS=%s reaches the workers', async (build) => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'a.jpg'), await picture());
  const args = [join(folder, 'a.jpg'), '--to', 'webp', '--json'];
  const result = await startCli(args, { env: { MILLRACE_CODECS: build } }).ended;
  const done = events(result).find((event) => event.event === 'job.done');
  expect(done).toMatchObject({ report: { worker: { codecs: build } } });
});
