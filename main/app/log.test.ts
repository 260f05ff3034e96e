import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import nodeLog from 'electron-log/node.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../tests/fixtures/temporary-folder.ts';
import { startLog, type LogFile } from './log.ts';

let logs = 0;

/** A log in a folder of its own, written as the app's is. */
async function open(): Promise<{
  log: LogFile;
  folder: string;
  lines(): Promise<string>;
  rotateAt(bytes: number): void;
  complain(error: Error): void;
}> {
  const folder = await temporaryFolder();
  logs += 1;
  const logger = nodeLog.create({ logId: `test-${String(logs)}` });
  logger.transports.console.level = false;
  logger.transports.file.resolvePathFn = () => join(folder, 'main.log');
  const log = startLog(logger);
  onTestFinished(() => {
    logger.errorHandler.stopCatching();
  });
  return {
    log,
    folder,
    lines: () => readFile(join(folder, 'main.log'), 'utf8'),
    rotateAt: (bytes) => (logger.transports.file.maxSize = bytes),
    complain: (error) => {
      logger.errorHandler.handle(error);
    },
  };
}

describe('the log file', () => {
  it('is where it says', async () => {
    const { log, folder } = await open();
    log.info('hello');
    expect(log.path()).toBe(join(folder, 'main.log'));
  });

  it('has what matters at first, and details when they are asked for', async () => {
    const { log, lines } = await open();
    log.debug('a detail');
    log.info('a fact');
    log.setLevel('debug');
    log.debug('another detail');
    log.setLevel('error');
    log.warn('a warning');
    log.error('an error');
    const text = await lines();
    expect(text).not.toContain('a detail');
    expect(text).not.toContain('a warning');
    for (const words of ['a fact', 'another detail', 'an error']) expect(text).toContain(words);
  });

  it('names files without their folders, until details are asked for', async () => {
    const { log, lines } = await open();
    log.warn('/home/anna/Pictures/dog.jpg is damaged.');
    expect(await lines()).toContain(' …/dog.jpg is damaged.');
    expect(await lines()).not.toContain('anna');
    log.setLevel('debug');
    log.warn('/home/anna/Pictures/cat.jpg is damaged.');
    expect(await lines()).toContain('/home/anna/Pictures/cat.jpg');
  });

  it('has what nobody caught, without folders too', async () => {
    const { lines, complain } = await open();
    complain(new Error('EACCES: /home/anna/dog.jpg'));
    const text = await lines();
    expect(text).toContain('EACCES: …/dog.jpg');
    expect(text).toContain('log.test.ts');
    expect(text).not.toContain('anna');
  });

  it('puts a full file aside and begins a new one', async () => {
    const { log, folder, lines, rotateAt } = await open();
    rotateAt(100);
    log.info('x'.repeat(200));
    log.info('the first of the new file');
    expect((await readdir(folder)).sort()).toEqual(['main.log', 'main.old.log']);
    expect(await lines()).not.toContain('xxx');
  });
});
