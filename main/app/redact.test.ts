import { describe, expect, it } from 'vitest';
import { redactPaths } from './redact.ts';

describe('redactPaths', () => {
  it.each([
    ['a path', 'Cannot read /home/anna/Pictures/dog.jpg: denied', 'Cannot read …/dog.jpg: denied'],
    ['folders with blanks', '/Users/anna/My Pictures/Summer 24/dog.jpg is empty', '…/dog.jpg is empty'],
    ['a path in quotes', "open '/home/anna/a b/c.png'", "open '…/c.png'"],
    ['a drive', 'C:\\Users\\Anna\\Bilder\\Hund.jpg: damaged', '…/Hund.jpg: damaged'],
    ['a share', '\\\\nas\\anna\\dog.jpg', '…/dog.jpg'],
    ['the home folder', '~/Pictures/dog.jpg', '…/dog.jpg'],
    ['a file address', 'at file:///home/anna/millrace/out/main/index.js:3:7', 'at …/index.js:3:7'],
    ['two paths', 'from /a/b/c.jpg to /d/e/f.webp', 'from …/c.jpg to …/f.webp'],
    ['letters of any script', '/home/Ανна/写真/犬.jpg', '…/犬.jpg'],
    ['a folder', 'The folder /home/anna/Pictures/ is gone', 'The folder …/ is gone'],
    [
      'a link',
      'https://cdn.example.org/u/anna/dog.jpg?token=secret#x failed',
      'https://cdn.example.org/…dog.jpg failed',
    ],
    ['a link without a path', 'http://example.org?anna', 'http://example.org/'],
    ['several lines', 'a /x/y/z\nb /x/y/w', 'a …/z\nb …/w'],
  ])('takes the folders out of %s', (_name, text, redacted) => {
    expect(redactPaths(text)).toBe(redacted);
  });

  it.each([
    'dog.jpg: the file is damaged.',
    'image/png is 3/4 of it, and/or more',
    'Worker 0.1 is ready: process 4711, native codecs',
    'app://millrace/assets/index-1a2b.js:1:2',
  ])('leaves "%s" as it is', (text) => {
    expect(redactPaths(text)).toBe(text);
  });
});
