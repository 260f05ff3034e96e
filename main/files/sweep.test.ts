import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../tests/fixtures/temporary-folder.ts';
import { sweep } from './sweep.ts';

it('sweeps up what dead runs began to write, and nothing else', async () => {
  const folder = await temporaryFolder();
  const forgotten = '.millrace-0123456789abcdef-0123456789abcdef.tmp';
  const known = '.millrace-0123456789abcdef-bbbbbbbbbbbbbbbb.tmp';
  const alive = '.millrace-aaaaaaaaaaaaaaaa-0123456789abcdef.tmp';
  const others = [alive, known, '.millrace-other.tmp', 'a.jpg'];
  for (const name of [forgotten, ...others]) await writeFile(join(folder, name), '');
  const isAlive = (run: string): boolean => run.startsWith('a');
  const isKnown = (name: string): boolean => name === known;
  expect(await sweep(folder, isAlive, isKnown)).toEqual([join(folder, forgotten)]);
  expect((await readdir(folder)).sort()).toEqual(others.sort());
  expect(await sweep(join(folder, 'not there'), isAlive, isKnown)).toEqual([]);
});
