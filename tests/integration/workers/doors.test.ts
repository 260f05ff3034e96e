import { EventEmitter, once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { requestControlPort } from '../../../contract/channels.ts';
import { controlProtocol } from '../../../contract/control-protocol.ts';
import { errorCodes } from '../../../contract/errors.ts';
import { createServer } from '../../../contract/rpc/server.ts';
import { toFrame } from '../../../contract/ports/frames.ts';
import { parseRecipe } from '../../../contract/recipe.ts';
import { workerProtocol } from '../../../contract/worker-protocol.ts';
import { appOrigin } from '../../../main/app/app-protocol.ts';
import { serveControl } from '../../../main/bridge/control-bridge.ts';
import { createPreviewPorts } from '../../../main/bridge/preview-ports.ts';
import { createPreviews } from '../../../main/bridge/previews.ts';
import { createChildHost } from '../../../main/workers/child-host.ts';
import type { EndOfProcess } from '../../../main/workers/terminations.ts';
import { bridgeStage } from '../../fixtures/bridge-stage.ts';
import { electronChannel } from '../../fixtures/electron-channel.ts';
import { hostileMessage, hostileObject, hostileValue, polluting } from '../../fixtures/hostile-values.ts';
import { picture } from '../../fixtures/pictures.ts';
import { testPool } from '../../fixtures/pools.ts';
import { portPair } from '../../fixtures/port-pair.ts';
import { createRandom } from '../../fuzz/random.ts';

interface Answer {
  readonly kind?: string;
  readonly id?: number;
  readonly outcome?: {
    readonly ok: boolean;
    readonly error?: { readonly code: string; readonly message: string };
  };
}

function expectClean(): void {
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
}

/** Whether it can be said to a worker at all. */
function isSendable(message: unknown): boolean {
  try {
    toFrame(message);
    return true;
  } catch {
    return false;
  }
}

/** Every answer is a result or a typed refusal. */
function expectTyped({ outcome }: Answer): void {
  if (outcome?.ok !== false) return;
  expect(errorCodes).toContain(outcome.error?.code);
  expect(outcome.error?.message).not.toBe('');
}

const entry = join(import.meta.dirname, '../../../utility/image-worker.ts');
const jpeg = await picture({ width: 16, height: 16 });
const job = (id: number): object => ({
  v: 1,
  kind: 'request',
  id,
  method: 'convert',
  params: { name: 'a.jpg', bytes: jpeg, recipe: parseRecipe({ to: 'webp', effort: 'fast' }) },
});

interface Talk {
  readonly ended: Promise<EndOfProcess>;
  readonly said: Answer[];
  /** What it wrote to its other streams. */
  readonly output: () => string;
  send(message: unknown): void;
  /** Settles with the answer to that request, or undefined when the worker ends before. */
  answerTo(id: number): Promise<Answer | undefined>;
}

/** The real worker, spoken to as its parent would. */
async function worker(): Promise<Talk> {
  const { port, ended, kill, outputTail } = createChildHost({ entry }).start({ slot: 0, generation: 1 });
  onTestFinished(kill);
  const said: Answer[] = [];
  let gone = false;
  const happened = new EventEmitter().setMaxListeners(0);
  port.onMessage((message) => {
    said.push(message as Answer);
    happened.emit('something');
  });
  port.onClose(() => {
    gone = true;
    happened.emit('something');
  });
  port.start();
  await once(happened, 'something');
  return {
    ended,
    said,
    output: outputTail,
    send: port.post,
    async answerTo(id) {
      for (;;) {
        const answer = said.find((each) => each.kind === 'response' && each.id === id);
        if (answer !== undefined || gone) return answer;
        await once(happened, 'something');
      }
    },
  };
}

describe('a parent that speaks garbage to the worker', () => {
  it('gets a typed refusal for every request that asks for nonsense, and real work besides', async () => {
    const { send, answerTo, said, output } = await worker();
    const random = createRandom('params');
    const methods = [
      'convert',
      'preview',
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      'no such',
      '',
    ];
    for (let id = 1; id <= 200; id += 1) {
      const keys = [
        'name',
        'bytes',
        'recipe',
        'page',
        'token',
        'maxEdge',
        'reshape',
        'original',
        '__proto__',
      ];
      const params = random.integer(4) === 0 ? hostileValue(random) : hostileObject(random, keys);
      if (!isSendable(params)) continue;
      send({ v: 1, kind: 'request', id, method: random.pick(methods), params });
      const answer = await answerTo(id);
      expect(answer).toMatchObject({ outcome: { ok: false, error: { code: 'protocol-error' } } });
    }
    // Bytes that are no picture are the picture's fault.
    send({
      ...job(500),
      params: { name: '\0'.repeat(1e5), bytes: random.bytes(1000), recipe: parseRecipe({}) },
    });
    expect(await answerTo(500)).toMatchObject({ outcome: { ok: false, error: { code: 'not-an-image' } } });
    send({ v: 1, kind: 'cancel', id: 77_777 });
    send(job(501));
    expect(await answerTo(501)).toMatchObject({ outcome: { ok: true } });
    for (const answer of said) expectTyped(answer);
    expect(output()).toBe('');
  });

  it.each<readonly [string, readonly unknown[]]>([
    ['nothing', [null]],
    ['a number', [7]],
    ['a text', ['good morning']],
    ['a hundred thousand times nothing', [new Array(1e5).fill(null)]],
    ['bytes', [new Uint8Array(1e6)]],
    ['what pollutes', [polluting]],
    ['another version', [{ ...job(1), v: 99 }]],
    ['a version that is none', [{ ...job(1), v: '1' }]],
    ['a message without a kind', [{ v: 1 }]],
    ['an unknown kind', [{ v: 1, kind: '__proto__' }]],
    [
      'an answer to what it never asked',
      [{ v: 1, kind: 'response', id: 1, outcome: { ok: true, result: 1 } }],
    ],
    ['a number of a request that is none', [{ ...job(1), id: -1 }]],
    ['two requests of one number', [job(1), job(1)]],
    ['more requests than it has granted', [job(1), job(2), job(3)]],
  ])('%s ends the conversation, without a crash', async (_name, messages) => {
    const { send, ended, output } = await worker();
    for (const message of messages) send(message);
    expect(await ended).toEqual({ kind: 'exited', code: 0 });
    expect(output()).toBe('');
  });

  it('is heard by the rules, whatever it says', async () => {
    const random = createRandom('messages');
    for (let round = 0; round < 500; round += 1) {
      const [near, far] = portPair();
      const heard: Answer[] = [];
      far.onMessage((message) => heard.push(message as Answer));
      far.start();
      const server = createServer(near, workerProtocol, {
        hello: { pid: 1, codecs: 'native', versions: {} },
        credit: 2,
        handlers: {
          convert: () => Promise.reject(new Error('not in this test')),
          preview: () => ({ outcome: 'unavailable' as const, rss: 1 }),
        },
      });
      for (let count = 0; count < 5; count += 1) far.post(hostileMessage(random));
      await new Promise(setImmediate);
      server.close();
      await server.closed;
      for (const answer of heard) expectTyped(answer);
    }
    expectClean();
  });
});

describe('a worker that speaks garbage to its pool', () => {
  const refusal = {
    code: expect.stringMatching(/^worker-(spoke-garbage|crashed|exited|timed-out)$/) as string,
  };
  const limits = { jobMs: () => 5000, backOffMs: () => 1 };

  it.each(['unknown event', 'request', 'other version', 'polluting result', 'huge error'])(
    '%s: the job fails with its reason and the next one gets another worker',
    async (name) => {
      const { run, pids } = testPool('hostile', { limits });
      await expect(run(name)).rejects.toMatchObject(refusal);
      expect((await run('fine')).report.worker.pid).toBe(pids[1]);
      expectClean();
    },
  );

  it('whatever it says, the job has an end and the pool goes on', async () => {
    const { run } = testPool('hostile', { size: 2, limits: { ...limits, jobMs: () => 2000 } });
    const results = await Promise.allSettled(
      Array.from({ length: 12 }, (_, seed) => run(`messages:${String(seed)}`)),
    );
    for (const result of results)
      if (result.status === 'rejected')
        expect(errorCodes).toContain((result.reason as { code?: string }).code);
    expect((await run('fine')).report.outcome).toBe('converted');
    expectClean();
  });

  it.each(['replies to nobody', 'credit without end', 'log'])(
    '%s: what leads nowhere is dropped, and the job goes on',
    async (name) => {
      const { run, pids } = testPool('hostile');
      await run('fine');
      const before = process.memoryUsage().rss;
      expect((await run(name)).report.outcome).toBe('converted');
      expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
      await run('fine');
      expect(pids).toHaveLength(1);
    },
  );

  it('an answer before the real one is the one that counts', async () => {
    const { run, pids } = testPool('hostile');
    await expect(run('answers twice')).rejects.toMatchObject({ code: 'damaged-image' });
    await run('fine');
    expect(pids).toHaveLength(1);
  });
});

describe('a page that speaks garbage to the window', () => {
  const machinePaths = [tmpdir(), process.cwd(), 'node_modules'];

  async function door() {
    const stage = await bridgeStage({ instant: true });
    const open: (() => void)[] = [];
    onTestFinished(() => {
      for (const close of open) close();
    });
    const openChannel = (): object => {
      const { channel, close } = electronChannel();
      open.push(close);
      return channel;
    };
    const ipcMain = new EventEmitter();
    const parts = { ipcMain, openChannel } as unknown as Parameters<typeof serveControl>[0];
    serveControl(parts, {
      origin: appOrigin,
      hello: { name: 'Millrace', version: '1', platform: 'test' },
      desk: stage.desk,
      shell: stage.shell,
      previews: createPreviews(stage.desk, () => undefined),
      previewPorts: createPreviewPorts(parts.openChannel),
      clock: stage.world.clock,
      log: { warn: () => undefined },
    });
    return {
      stage,
      /** A new page: what it hears, and a way to speak. */
      page() {
        let port: MessagePort | undefined;
        const postMessage = (_channel: string, _message: unknown, [given]: [MessagePort]): void => {
          port = given;
        };
        ipcMain.emit(requestControlPort, {
          senderFrame: { url: `${appOrigin}/`, parent: null, postMessage },
        });
        if (port === undefined) throw new Error('No port came.');
        const own: MessagePort = port;
        const heard: Answer[] = [];
        own.on('message', (message: Answer) => heard.push(message));
        return {
          port: own,
          heard,
          answerTo: (id: number) =>
            new Promise<Answer>((resolve) => {
              const listen = (message: Answer): void => {
                if (message.kind !== 'response' || message.id !== id) return;
                own.off('message', listen);
                resolve(message);
              };
              own.on('message', listen);
            }),
        };
      },
    };
  }

  /** `changes` answers when there is something new; the others at once. */
  const methods = Object.keys(controlProtocol.requests).filter((method) => method !== 'changes');
  const fields = [
    'offers',
    'what',
    'ids',
    'id',
    'which',
    'text',
    'token',
    'maxEdge',
    'recipe',
    'name',
    'settings',
    'batch',
    '__proto__',
  ];
  /** Of the right shape, and of what is not there. */
  const likely: readonly unknown[] = [
    [{ kind: 'handle', handle: '../../etc/passwd' }],
    [{ kind: 'picture', name: '../../../evil\0.png', bytes: jpeg }],
    [{ kind: 'link', url: 'file:///etc/passwd' }],
    [1, 1, 2 ** 53 - 1],
    'source',
    'files',
    4_000_000_000,
    1,
    {},
    { place: 'folder' },
    'x',
  ];

  it.each(methods)('%s answers or refuses with a reason, and tells no path', async (method) => {
    const { stage, page } = await door();
    const { port, heard, answerTo } = page();
    const random = createRandom(method);
    for (let id = 1; id <= 40; id += 1) {
      const params: unknown =
        random.integer(4) === 0
          ? hostileValue(random)
          : Object.fromEntries(
              fields.map((field) => [
                field,
                random.integer(3) === 0 ? hostileValue(random, 2) : random.pick(likely),
              ]),
            );
      const answer = answerTo(id);
      port.postMessage({ v: 1, kind: 'request', id, method, params });
      expectTyped(await answer);
    }
    const told = JSON.stringify(heard, (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    for (const path of [stage.folder, ...machinePaths]) expect(told).not.toContain(path);
    expectClean();
    await stage.desk.close();
  });

  it('is sent away for what is no message, and the next page is served', async () => {
    const { page, stage } = await door();
    const random = createRandom('page');
    for (let count = 0; count < 100; count += 1) {
      const { port, heard } = page();
      for (let index = 0; index < 5; index += 1) port.postMessage(hostileMessage(random));
      await new Promise(setImmediate);
      for (const answer of heard) expectTyped(answer);
      port.close();
    }
    const { port, answerTo } = page();
    const answer = answerTo(9);
    port.postMessage({ v: 1, kind: 'request', id: 9, method: 'changes', params: undefined });
    expect(await answer).toMatchObject({ outcome: { ok: true } });
    expectClean();
    await stage.desk.close();
  });

  it('does not learn where in the program something broke', async () => {
    const { page, stage } = await door();
    stage.shell.showLogs = () => {
      throw new TypeError(`cannot open ${join(stage.folder, 'logs')}`);
    };
    const { port, answerTo } = page();
    const answer = answerTo(1);
    port.postMessage({ v: 1, kind: 'request', id: 1, method: 'showLogs', params: undefined });
    const told = JSON.stringify(await answer);
    expect(told).toContain('internal');
    for (const path of [stage.folder, ...machinePaths]) expect(told).not.toContain(path);
  });
});
