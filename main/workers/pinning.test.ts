import { expect, it } from 'vitest';
import { coreOf, coresFor, parseList } from './pinning.ts';

const status = (list: string): string =>
  `Name:\tnode\nCpus_allowed:\tf\nCpus_allowed_list:\t${list}\nMems_allowed:\t1\n`;

it('reads lists of cores as Linux writes them', () => {
  expect(parseList('0')).toEqual([0]);
  expect(parseList('0-3,8')).toEqual([0, 1, 2, 3, 8]);
  expect(parseList('2,4-5')).toEqual([2, 4, 5]);
});

it('pins nobody where there is not a worker for every core', () => {
  expect(coresFor(3, status('0-3'))).toBeUndefined();
  expect(coresFor(5, status('0-3'))).toBeUndefined();
  expect(coresFor(1, status('0'))).toBeUndefined();
});

it('pins nobody where the system says nothing of cores', () => {
  expect(coresFor(2, '')).toBeUndefined();
});

it('has a core for each worker', () => {
  expect(coresFor(2, status('0,6'))).toEqual([0, 6]);
});

it('pins nobody to a core that may not be used any more', () => {
  expect(coreOf(1, [0, 6], status('0,6'))).toBe(6);
  expect(coreOf(1, [0, 6], status('0-3'))).toBeUndefined();
  expect(coreOf(0, [], status('0-3'))).toBeUndefined();
});
