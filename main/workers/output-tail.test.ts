import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import { expect, it } from 'vitest';
import { createOutputTail } from './output-tail.ts';

async function write(...chunks: string[]): Promise<{ lines: string[]; text: string }> {
  const lines: string[] = [];
  const tail = createOutputTail((line) => lines.push(line));
  const stream = new PassThrough();
  tail.follow(stream);
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await finished(stream);
  return { lines, text: tail.text() };
}

it('tells line by line, however the chunks fall, the unfinished last one too', async () => {
  expect(await write('on', 'e\ntwo\n\nth', 'ree')).toEqual({
    lines: ['one', 'two', 'three'],
    text: 'one\ntwo\n\nthree',
  });
});

it('keeps characters whole that fall between two chunks', async () => {
  const lines: string[] = [];
  const tail = createOutputTail((line) => lines.push(line));
  const stream = new PassThrough();
  tail.follow(stream);
  const bytes = Buffer.from('dé\n');
  stream.write(bytes.subarray(0, 2));
  stream.end(bytes.subarray(2));
  await finished(stream);
  expect(lines).toEqual(['dé']);
});

it('forgets the oldest of a long text and cuts a line that never ends', async () => {
  const { lines, text } = await write('x'.repeat(5_000), 'y'.repeat(5_000), 'z\nend\n');
  expect(lines).toEqual(['x'.repeat(5_000) + 'y'.repeat(5_000), 'z', 'end']);
  expect(text).toHaveLength(8_191);
  expect(text.endsWith('yz\nend')).toBe(true);
});
