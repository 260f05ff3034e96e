import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { openApp } from './app.ts';

declare global {
  interface Window {
    readonly drop: { pathOf(file: File): string };
  }
}

it('drops real files and folders, whose paths only the preload finds out', async () => {
  const folder = await temporaryFolder();
  const paths = ['one/same.jpg', 'two/same.jpg'].map((name) => join(folder, name));
  for (const path of paths) {
    await mkdir(join(path, '..'));
    await writeFile(path, path);
  }
  await using app = await openApp({ script: join(import.meta.dirname, 'drop-app/main.js') });
  await app.page.evaluate(() => {
    addEventListener('dragover', (event) => {
      event.preventDefault();
    });
    addEventListener('drop', (event) => {
      event.preventDefault();
      const transfer = event.dataTransfer;
      const files = [...(transfer?.files ?? [])];
      const kinds = [...(transfer?.items ?? [])].map((item) => item.webkitGetAsEntry()?.isDirectory);
      const link = transfer?.getData('text/uri-list');
      const said = files.map((file, index) => [window.drop.pathOf(file), kinds[index]]);
      void Promise.all(files.map((file) => file.text().catch(() => 'a folder'))).then((texts) => {
        document.body.textContent = JSON.stringify({ said, texts, link });
      });
    });
  });

  await app.drop([...paths, join(folder, 'one')]);
  await app.page.waitForFunction(() => document.body.textContent.includes('said'));
  expect(JSON.parse(await app.page.innerText('body'))).toEqual({
    said: [
      [paths[0], false],
      [paths[1], false],
      [join(folder, 'one'), true],
    ],
    texts: [paths[0], paths[1], 'a folder'],
    link: '',
  });

  await app.dropText('text/uri-list', 'https://example.com/a.jpg');
  await app.page.waitForFunction(() => document.body.textContent.includes('example'));
  expect(JSON.parse(await app.page.innerText('body'))).toMatchObject({
    said: [],
    link: 'https://example.com/a.jpg',
  });
});
