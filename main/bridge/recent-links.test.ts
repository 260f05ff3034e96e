import { expect, it } from 'vitest';
import type { Source } from '../../contract/batch.ts';
import { createMemoryWorld } from '../../tests/fixtures/memory-world.ts';
import { createRecentLinks } from './recent-links.ts';

const { signal } = new AbortController();
const link = (name: string): Source => ({ kind: 'link', url: `https://pictures.test/${name}` });

it('shows what a job has downloaded without asking for it again, and downloads what nobody has', async () => {
  const { sources, heads, released } = createMemoryWorld();
  const { jobs, looks } = createRecentLinks(sources);
  const source = link('a.jpg');
  const head = await jobs.head(source, signal);
  // It has arrived, and waits for a worker.
  expect(await looks.head(link('a.jpg'), signal)).toBe(head);
  const bytes = await jobs.read(source, signal);
  jobs.release(source);
  const look = link('a.jpg');
  expect(await looks.head(look, signal)).toBe(head);
  expect(await looks.read(look, signal)).toBe(bytes);
  const other = link('b.jpg');
  await looks.head(other, signal);
  expect(new TextDecoder().decode(await looks.read(other, signal))).toContain('b.jpg');
  looks.release(other);
  expect(heads).toHaveLength(2);
  expect(released).toHaveLength(2);
});

it('keeps no more than it may, the youngest', async () => {
  const { sources, heads } = createMemoryWorld();
  const { jobs, looks } = createRecentLinks(sources, 60);
  for (const name of ['a.jpg', 'b.jpg', 'c.jpg']) {
    const source = link(name);
    await jobs.head(source, signal);
    await jobs.read(source, signal);
  }
  expect(heads).toHaveLength(3);
  await looks.head(link('c.jpg'), signal);
  await looks.head(link('b.jpg'), signal);
  expect(heads).toHaveLength(3);
  await looks.head(link('a.jpg'), signal);
  expect(heads).toHaveLength(4);
});
