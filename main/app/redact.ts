/**
 * A text without the folders of the person it came from: of a path its last name is left, of an address its host and last
 * name, and never what follows a question mark. It rather takes too much: in `/a/b.jpg and c/d.jpg` the middle goes too.
 */
export function redactPaths(text: string): string {
  // In one go, so that what is left of an address is not taken for a path.
  return text.replaceAll(addressOrFolders, (found) => (isAddress.test(found) ? shortenAddress(found) : '…/'));
}

const isAddress = /^(https?|app):/;
const address = /\b(?:https?|app):\/\/[^\s"'<>]+/;

/**
 * The folders of an absolute path, of one in the home folder and of a share of a network, up to the last separator. Not in the
 * middle of a word: `image/png` and `3/4` are no paths. Names may have blanks inside, but do not end with one, so that a
 * second path in a sentence begins anew.
 */
const folders =
  /(?<![\w.…/\\])(?:file:\/\/|[A-Za-z]:|~)?[\\/]{1,2}(?:[^\\/\r\n"'<>|:*?]*[^\\/\r\n"'<>|:*?\s][\\/]+)+/;
const addressOrFolders = new RegExp(`${address.source}|${folders.source}`, 'g');

function shortenAddress(found: string): string {
  if (!URL.canParse(found)) return '…';
  const { protocol, host, pathname } = new URL(found);
  // Our own page: its lines tell where in the program something happened.
  if (protocol === 'app:') return found;
  const name = pathname.split('/').findLast((part) => part !== '');
  return name === undefined ? `${protocol}//${host}/` : `${protocol}//${host}/…${name}`;
}
