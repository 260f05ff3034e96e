import { describe, expect, it } from 'vitest';
import { pickNext, type Candidate } from './scheduler.ts';

function candidate(id: number, cost: number, memory = 1, passedOver = 0): Candidate {
  return { id, cost, memory, passedOver };
}

describe('pickNext', () => {
  it('takes the longest', () => {
    const choice = pickNext([candidate(1, 5), candidate(2, 9), candidate(3, 7)], () => true);
    expect(choice?.next.id).toBe(2);
    expect(choice?.passed).toEqual([]);
  });

  it('keeps the order of intake among equals', () => {
    expect(pickNext([candidate(2, 5), candidate(1, 5)], () => true)?.next.id).toBe(1);
  });

  it('lets a smaller job go first when the longest does not fit, and says which were passed over', () => {
    const choice = pickNext([candidate(1, 9, 100), candidate(2, 5, 10)], (bytes) => bytes <= 50);
    expect(choice?.next.id).toBe(2);
    expect(choice?.passed.map((passed) => passed.id)).toEqual([1]);
  });

  it('stops overtaking a job that has been passed over often, so that memory drains for it', () => {
    const waiting = [candidate(1, 9, 100, 16), candidate(2, 5, 10)];
    expect(pickNext(waiting, (bytes) => bytes <= 50)).toBeUndefined();
    expect(pickNext(waiting, () => true)?.next.id).toBe(1);
  });

  it('has nothing to pick from nothing', () => {
    expect(pickNext([], () => true)).toBeUndefined();
  });
});
