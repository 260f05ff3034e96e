import { expect, it } from 'vitest';
import type { Offer } from '../../contract/app-state.ts';
import { offerAll, type Dropped } from './drop.ts';

/** Files on a disk, and what main was told of them, message by message. */
function receiver() {
  const messages: Offer[][] = [];
  let underWay = 0;
  return {
    messages,
    get most() {
      return Math.max(...messages.map((offers) => offers.length));
    },
    handlesFor: (files: File[]) =>
      Promise.resolve(files.map(({ name }) => (name.startsWith('pasted') ? undefined : name))),
    async add(offers: Offer[]) {
      underWay += 1;
      expect(underWay, 'messages at once').toBe(1);
      messages.push(offers);
      await Promise.resolve();
      underWay -= 1;
    },
  };
}

function dropped(names: readonly string[], links: readonly string[] = []): Dropped {
  return { files: names.map((name) => new File(name === 'pasted-empty' ? [] : ['x'], name)), links };
}

const many = Array.from({ length: 5001 }, (_, index) => `${String(index)}.jpg`);

it('offers very many files in several messages, one after the other, in their order', async () => {
  const main = receiver();
  expect(await offerAll(dropped(many), main)).toBeUndefined();
  expect(main.messages).toHaveLength(3);
  expect(main.most).toBeLessThanOrEqual(2000);
  expect(main.messages.flat()).toEqual(many.map((handle) => ({ kind: 'handle', handle })));
});

it('does so with links too', async () => {
  const main = receiver();
  expect(await offerAll(dropped([], many), main)).toBeUndefined();
  expect(main.most).toBeLessThanOrEqual(2000);
  expect(main.messages.flat()).toEqual(many.map((url) => ({ kind: 'link', url })));
});

it('carries a picture without a file by itself, at its place', async () => {
  const main = receiver();
  await offerAll(dropped(['a.jpg', 'pasted.png', 'b.jpg']), main);
  expect(main.messages).toMatchObject([
    [{ handle: 'a.jpg' }],
    [{ kind: 'picture', name: 'pasted.png', bytes: new Uint8Array([120]) }],
    [{ handle: 'b.jpg' }],
  ]);
});

it('tells once what of all messages was left out', async () => {
  const main = receiver();
  const names = many.map((name, index) => (index % 1000 === 0 ? 'pasted-empty' : name));
  const line = await offerAll(dropped(names), main);
  expect(line?.match(/pasted-empty/g)).toHaveLength(5);
  expect(line).toContain('and 1 more');
  expect(main.messages.flat()).toHaveLength(4995);
});

it('says so when there is nothing to take', async () => {
  const main = receiver();
  expect(await offerAll(dropped([]), main)).toContain('no picture, folder or link');
  expect(main.messages).toEqual([]);
});

it('stops where main refuses', async () => {
  const main = receiver();
  const add = async (offers: Offer[]) => {
    await main.add(offers);
    if (main.messages.length === 2) throw new Error('Enough.');
  };
  await expect(offerAll(dropped(many), { ...main, add })).rejects.toThrow('Enough.');
  expect(main.messages).toHaveLength(2);
});
