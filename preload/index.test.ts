import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  controlPortChannel,
  previewPortChannel,
  registerFilesChannel,
  requestControlPort,
} from '../contract/channels.ts';

type Listener = (event: object, ...args: unknown[]) => void;

interface Exposed {
  requestControlPort(): unknown;
  handlesFor(files: File[]): Promise<(string | undefined)[]>;
}

/** What stands for Electron, and what the preload made of it. */
interface FakeElectron {
  readonly heard: Map<string, unknown>;
  readonly exposed: Map<string, unknown>;
  readonly sent: unknown[][];
  readonly invoked: unknown[][];
  /** What main answers; an error for a refusal. */
  answer: unknown;
}

const electron = vi.hoisted((): FakeElectron => ({
  heard: new Map(),
  exposed: new Map(),
  sent: [],
  invoked: [],
  answer: undefined,
}));

vi.mock('electron', () => ({
  contextBridge: {
    exposeInMainWorld: (name: string, value: unknown) => electron.exposed.set(name, value),
  },
  ipcRenderer: {
    on: (channel: string, listener: unknown) => electron.heard.set(channel, listener),
    send: (...args: unknown[]) => electron.sent.push(args),
    invoke: (...args: unknown[]) => {
      electron.invoked.push(args);
      return electron.answer instanceof Error
        ? Promise.reject(electron.answer)
        : Promise.resolve(electron.answer);
    },
  },
  webUtils: {
    getPathForFile: (file: File) => (file.name.startsWith('pasted') ? '' : `/home/anna/${file.name}`),
  },
}));

const posted: unknown[][] = [];
vi.stubGlobal('window', { postMessage: (...args: unknown[]) => posted.push(args) });
await import('./index.ts');

const millrace = electron.exposed.get('millrace') as Exposed;
const emit = (channel: string, event: object, ...args: unknown[]): void => {
  (electron.heard.get(channel) as Listener)(event, ...args);
};
const file = (name: string): File => new File([], name);

beforeEach(() => {
  posted.length = 0;
  electron.sent.length = 0;
  electron.invoked.length = 0;
});

describe('what the page gets', () => {
  it('is two functions, and nothing of Electron', () => {
    expect([...electron.exposed.keys()]).toEqual(['millrace']);
    expect(Object.keys(millrace).sort()).toEqual(['handlesFor', 'requestControlPort']);
    expect(millrace.requestControlPort()).toBeUndefined();
    expect(electron.sent).toEqual([[requestControlPort]]);
  });

  it('is the control port, without the event it came with', () => {
    const ports = [{}];
    emit(controlPortChannel, { ports, sender: 'ipcRenderer' }, 'ignored');
    expect(posted).toEqual([[controlPortChannel, '*', ports]]);
  });

  it('is a preview port, with the worker it leads to and nothing more', () => {
    const ports = [{}];
    const which = { channel: previewPortChannel, slot: 1, generation: 2 };
    emit(previewPortChannel, { ports }, { ...which, path: '/home/anna' });
    expect(posted).toEqual([[which, '*', ports]]);
  });

  it('is no port of another kind', () => {
    expect(() => {
      emit(previewPortChannel, { ports: [] }, { channel: 'another', slot: 1, generation: 2 });
    }).toThrow();
    expect(posted).toEqual([]);
  });
});

describe('handlesFor', () => {
  it('gives a handle for each file that is on a disk, and no path', async () => {
    electron.answer = ['h1', 'h2'];
    const files = [file('a.jpg'), file('pasted.png'), file('b.jpg')];
    expect(await millrace.handlesFor(files)).toEqual(['h1', undefined, 'h2']);
    expect(electron.invoked).toEqual([[registerFilesChannel, ['/home/anna/a.jpg', '/home/anna/b.jpg']]]);
  });

  it('gives none when main sends us away', async () => {
    electron.answer = [];
    expect(await millrace.handlesFor([file('a.jpg')])).toEqual([undefined]);
    electron.answer = undefined;
    expect(await millrace.handlesFor([file('a.jpg')])).toEqual([undefined]);
  });

  it('says so when main refuses', async () => {
    electron.answer = new Error('refused');
    await expect(millrace.handlesFor([file('a.jpg')])).rejects.toThrow('refused');
  });
});
