import { beforeEach, expect, it, vi } from 'vitest';
import { createView } from './zoom.ts';

const picture = { width: 1600, height: 1000 };

beforeEach(() => {
  vi.stubGlobal('window', { devicePixelRatio: 1 });
});

it('shows the whole picture, also after the pane got another size', () => {
  const view = createView();
  view.resized({ width: 800, height: 800 }, picture);
  expect(view.label.value).toBe('50 %');
  view.resized({ width: 400, height: 800 }, picture);
  expect(view.label.value).toBe('25 %');
});

it.each([
  ['zoomed', (view: ReturnType<typeof createView>) => view.key('+')],
  ['moved', (view: ReturnType<typeof createView>) => view.key('ArrowLeft')],
  ['entered a zoom', (view: ReturnType<typeof createView>) => (view.power.value = 1)],
])('stays where a person has %s, until they want to see all of it', (_, change) => {
  const view = createView();
  view.resized({ width: 800, height: 800 }, picture);
  change(view);
  const { label, x } = view;
  const before = [label.value, x.value];
  view.resized({ width: 400, height: 800 }, picture);
  expect([label.value, x.value]).toEqual(before);
  view.fit();
  expect([label.value, x.value]).toEqual(['25 %', 0.5]);
});
