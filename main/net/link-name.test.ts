import { describe, expect, it } from 'vitest';
import { linkName } from './link-name.ts';

describe('linkName', () => {
  it.each([
    ['https://example.org/photos/beach.jpg', undefined, 'beach'],
    ['https://example.org/photos/beach.jpg?size=large#top', undefined, 'beach'],
    ['https://example.org/caf%C3%A9.png', undefined, 'café'],
    ['https://example.org/%E0%A4%A', undefined, '%E0%A4%A'],
    ['https://example.org/', undefined, 'image'],
    ['https://example.org/v1.2', undefined, 'v1.2'],
    ['https://example.org/x', 'attachment; filename="holiday.webp"', 'holiday'],
    ['https://example.org/x', "attachment; filename*=UTF-8''%F0%9F%8F%96%20beach.jpg", '🏖 beach'],
    ['https://example.org/x', 'attachment; filename="../../etc/passwd"', 'passwd'],
    ['https://example.org/x', 'attachment; filename="..\\\\..\\\\evil.png"', 'evil'],
    ['https://example.org/x', 'attachment; filename="a<b>:c|d?.png"', 'a_b_c_d_'],
    ['https://example.org/x.jpg', 'inline', 'x'],
    ['https://example.org/x.jpg', '=;;=', 'x'],
    ['https://example.org/%2e%2e%2f%2e%2e%2fetc%2fpasswd', undefined, 'passwd'],
    ['https://example.org/...', undefined, 'image'],
  ])('%s with %s is called %s', (url, disposition, name) => {
    expect(linkName(new URL(url), disposition)).toBe(name);
  });

  it('never gives a name that Windows keeps for itself', () => {
    expect(linkName(new URL('https://example.org/CON'), undefined)).not.toMatch(/^con$/i);
  });

  it('is never longer than a file system takes', () => {
    expect(
      linkName(new URL(`https://example.org/${'a'.repeat(5000)}.png`), undefined).length,
    ).toBeLessThanOrEqual(100);
  });
});
