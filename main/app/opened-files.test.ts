import { EventEmitter } from 'node:events';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allowsPrivateLinks, collectOpenedFiles, openedBy, type Opened } from './opened-files.ts';

const here = resolve('/home/anna');

describe('openedBy', () => {
  it.each([
    ['nothing', ['millrace'], [], []],
    ['files and folders', ['millrace', '/a/b.jpg', 'c'], [resolve('/a/b.jpg'), join(here, 'c')], []],
    ['no switches', ['millrace', '--no-sandbox', '-psn_0_1', 'a.jpg', '--flag=x'], [join(here, 'a.jpg')], []],
    [
      'names that begin with a dash, after two',
      ['millrace', '-x', '--', '-a.jpg'],
      [join(here, '-a.jpg')],
      [],
    ],
    [
      'links',
      ['millrace', 'https://example.org/a.jpg', 'b.jpg'],
      [join(here, 'b.jpg')],
      ['https://example.org/a.jpg'],
    ],
  ])('takes %s', (_name, argv, paths, links) => {
    expect(openedBy(argv, here, true)).toEqual({ paths, links });
  });

  it.skipIf(process.platform === 'win32')('takes addresses of files', () => {
    const { paths } = openedBy(['millrace', 'file:///tmp/a%20b.jpg', 'file://elsewhere/c.jpg'], here, true);
    expect(paths).toEqual(['/tmp/a b.jpg', 'file://elsewhere/c.jpg']);
  });

  it('leaves out the folder of an app that is not packaged, wherever switches stand', () => {
    expect(openedBy(['electron', '--inspect=0', '/src/millrace', 'a.jpg'], here, false).paths).toEqual([
      join(here, 'a.jpg'),
    ]);
    expect(openedBy(['electron', '.', '--', 'a.jpg'], here, false).paths).toEqual([join(here, 'a.jpg')]);
  });
});

it('lets links lead into private networks only where a switch says so', () => {
  expect(allowsPrivateLinks(['millrace', 'a.jpg', '--allow-private-links'])).toBe(true);
  expect(allowsPrivateLinks(['millrace', 'a.jpg'])).toBe(false);
  expect(allowsPrivateLinks(['millrace', '--', '--allow-private-links'])).toBe(false);
});

/** A start with these files; `isFirst` says what the system answers. */
function start(files: readonly string[], isFirst = true) {
  const events = new EventEmitter();
  const delivered: Opened[] = [];
  let told: unknown;
  let raised = 0;
  const app = Object.assign(events, {
    isPackaged: true,
    requestSingleInstanceLock: (data: unknown) => {
      told = data;
      return isFirst;
    },
  }) as unknown as Parameters<typeof collectOpenedFiles>[0];
  const opened = collectOpenedFiles(app, { argv: ['millrace', ...files], workingFolder: here }, () => {
    raised += 1;
  });
  return {
    opened,
    delivered,
    told: () => told,
    raised: () => raised,
    deliver: () => {
      opened?.deliverTo((one) => delivered.push(one));
    },
    openFile(path: string) {
      let prevented = false;
      events.emit('open-file', { preventDefault: () => (prevented = true) }, path);
      return prevented;
    },
    secondInstance(data: unknown) {
      events.emit('second-instance', {}, ['millrace', '--original-process-start-time=1', 'x.jpg'], '/', data);
    },
  };
}

const files = (...paths: string[]): Opened => ({ paths, links: [] });

describe('collectOpenedFiles', () => {
  it('hands its files to the first start and takes none itself', () => {
    const second = start(['/a.jpg'], false);
    expect(second.opened).toBeUndefined();
    expect(second.told()).toEqual(files(resolve('/a.jpg')));
  });

  it('keeps what comes before the app is ready, in order', () => {
    const first = start(['/a.jpg']);
    expect(first.openFile('/b.jpg')).toBe(true);
    expect(first.delivered).toEqual([]);
    first.deliver();
    expect(first.delivered).toEqual([files(resolve('/a.jpg')), files('/b.jpg')]);
  });

  it('delivers what comes later at once', () => {
    const first = start([]);
    first.deliver();
    first.openFile('/b.jpg');
    expect(first.delivered).toEqual([files('/b.jpg')]);
  });

  it('takes the files of a later start and comes to the front', () => {
    const first = start([]);
    first.deliver();
    first.secondInstance({ paths: ['/c.jpg'], links: ['https://example.org/d.jpg'] });
    expect(first.delivered).toEqual([{ paths: ['/c.jpg'], links: ['https://example.org/d.jpg'] }]);
    expect(first.raised()).toBe(1);
  });

  it.each([undefined, {}, { paths: [1], links: [] }, 'x'])(
    'comes to the front without files when told %j',
    (data) => {
      const first = start([]);
      first.deliver();
      first.secondInstance(data);
      expect(first.delivered).toEqual([]);
      expect(first.raised()).toBe(1);
    },
  );
});
