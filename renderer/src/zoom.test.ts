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

it('keeps what is under the pointer where it is while it zooms', () => {
  const view = createView();
  view.resized({ width: 800, height: 800 }, picture);
  const pane = { left: 0, top: 0, width: 800, height: 800 };
  const pointer = { x: 150, y: -90 };
  /** The place of the picture under the pointer, picture pixels. */
  const under = (): number[] => {
    const { left, top } = view.corner(pane);
    return [(400 + pointer.x - left) / view.scale.value, (400 + pointer.y - top) / view.scale.value];
  };
  const [x, y] = under();
  view.zoomBy(1.75, pointer);
  expect(view.label.value).toBe('168 %');
  // To the pixel of the screen.
  expect(Math.abs(Number(under()[0]) - Number(x))).toBeLessThan(1);
  expect(Math.abs(Number(under()[1]) - Number(y))).toBeLessThan(1);
});

it.each([1, 1.25, 2])('puts the picture on whole pixels of a screen of %d to one', (devicePixelRatio) => {
  vi.stubGlobal('window', { devicePixelRatio });
  const view = createView();
  view.resized({ width: 801, height: 599 }, { width: 1001, height: 333 });
  view.zoomTo(1);
  view.move(13.3, 7.7);
  const { left, top } = view.corner({ left: 16.4, top: 90.7, width: 801, height: 599 });
  for (const edge of [16.4 + left, 90.7 + top]) {
    expect(edge * devicePixelRatio).toBeCloseTo(Math.round(edge * devicePixelRatio), 6);
  }
});
