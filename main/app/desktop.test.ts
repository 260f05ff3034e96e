import { describe, expect, it } from 'vitest';
import { offersOf } from './desktop.ts';
import { createHandleTable } from './handles.ts';

describe('offersOf', () => {
  it('offers files by handles and links by their addresses', () => {
    const handles = createHandleTable();
    const links = ['https://example.org/c.jpg'];
    const offers = offersOf({ paths: ['/a.jpg', '/b'], links }, handles);
    const known = offers.map((offer) => (offer.kind === 'handle' ? handles.resolve(offer.handle) : offer));
    expect(known).toEqual(['/a.jpg', '/b', { kind: 'link', url: links[0] }]);
  });
});
